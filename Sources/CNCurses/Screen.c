// The screen: taking it, drawing cells, giving it back.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNCurses.h"
#include "Internal.h"
#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

int cnc_input = -1, cnc_output = -1;
bool cnc_has_mouse;

static SCREEN *screen;
static FILE *input_file, *output_file;
static bool utf8;
static attr_t look_attributes;
static int look_pair;

static FILE *open_terminal(int standard, int flags, const char *mode, int *descriptor) {
  *descriptor = isatty(standard) ? fcntl(standard, F_DUPFD_CLOEXEC, 3)
                                 : open("/dev/tty", flags | O_CLOEXEC);
  return *descriptor < 0 ? NULL : fdopen(*descriptor, mode);
}

static void close_files(void) {
  if (input_file) fclose(input_file);
  if (output_file) fclose(output_file);
  input_file = output_file = NULL;
}

static char restore[512];
static size_t restore_count;

static int append_restore(int byte) {
  if (restore_count < sizeof restore) restore[restore_count++] = (char)byte;
  return byte;
}

static const char mouse_on[] = "\033[?1002h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1002l";

void cnc_set_mouse(bool on) {
  // Past curses, which knows no drag (1002) and depends on the description of the terminal.
  if (!cnc_has_mouse) return;
  const char *bytes = on ? mouse_on : mouse_off;
  cnc_write(cnc_output, bytes, strlen(bytes));
}

// The sequences that undo all we may have switched on; computed now, as a crash cannot.
static void prepare_restore(void) {
  const char *sequences[] = {
    exit_attribute_mode, orig_pair, keypad_local, cursor_normal, exit_ca_mode,
  };
  restore_count = 0;
  for (const char *byte = cnc_has_mouse ? mouse_off : ""; *byte; byte++) append_restore(*byte);
  for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
    if (sequences[i]) tputs(sequences[i], 1, append_restore);
  append_restore('\r');
  if (!exit_ca_mode) append_restore('\n');
}

int cnc_start(bool mouse) {
  if (screen) return CNC_IN_USE;
  setlocale(LC_CTYPE, "");
  utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  input_file = open_terminal(STDIN_FILENO, O_RDONLY, "r", &cnc_input);
  output_file = open_terminal(STDOUT_FILENO, O_WRONLY, "w", &cnc_output);
  int problem = CNC_NO_TERMINAL, found = 0;
  if (!input_file || !output_file) goto failed;
  problem = CNC_UNKNOWN_TYPE;
  if (setupterm(NULL, cnc_output, &found) != OK && found != 1) goto failed;
  problem = CNC_INCAPABLE;
  if (found != 1 || !cursor_address || !clear_screen) goto failed;
  cnc_has_mouse = mouse && key_mouse;
  prepare_restore();
  // Before newterm: curses leaves signals alone that are handled already.
  cnc_guard(restore, restore_count);
  screen = newterm(NULL, output_file, input_file);
  if (!screen) {
    cnc_unguard();
    goto failed;
  }
  static bool ends_at_exit;
  if (!ends_at_exit) ends_at_exit = atexit(cnc_end) == 0;
  raw();  // Ctrl-c, -z, -s, -q and -\ are keys
  noecho();
  nonl();  // Ctrl-j is not Enter
  keypad(stdscr, TRUE);
  meta(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  typeahead(-1);  // draw to the end even while keys come in
  idlok(stdscr, TRUE);
  cnc_define_keys();
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  cnc_set_mouse(true);
  return CNC_STARTED;
failed:
  close_files();
  return problem;
}

void cnc_end(void) {
  if (!screen) return;
  cnc_set_mouse(false);
  curs_set(1);
  endwin();
  cnc_unguard();
  delscreen(screen);
  screen = NULL;
  close_files();
}

int cnc_width(void) { return COLS; }
int cnc_height(void) { return LINES; }
bool cnc_is_utf8(void) { return utf8; }

bool cnc_is_console(void) {
  const char *type = termname();
  return strncmp(type, "linux", 5) == 0;
}

int cnc_colors(void) {
  if (!has_colors() || COLORS < 8) return 0;
  // With direct colours an index is an amount of blue, but for the first eight.
  return COLORS < 16 || COLORS > 256 ? 8 : COLORS < 256 ? 16 : 256;
}

void cnc_look(int ink, int ground, int attributes) {
  look_attributes = 0;
  if (attributes & CNC_BOLD) look_attributes |= A_BOLD;
  if (attributes & CNC_DIM) look_attributes |= A_DIM;
  if (attributes & CNC_UNDERLINE) look_attributes |= A_UNDERLINE;
  if (attributes & CNC_REVERSE) look_attributes |= A_REVERSE;
  int colors = cnc_colors();
  if (colors == 8 && ink > 7) look_attributes |= A_BOLD, ink &= 7;
  if (colors == 8 && ground > 7) ground &= 7;
  look_pair = (ink < 0 && ground < 0) || !colors ? 0 : alloc_pair(ink, ground);
  if (look_pair < 0) look_pair = 0;
}

static void put_piece(int x, int y, const wchar_t *text) {
  cchar_t cell;
  if (setcchar(&cell, text, look_attributes, 0, &look_pair) == OK) mvadd_wch(y, x, &cell);
}

void cnc_put(int x, int y, const uint32_t *scalars, int count, int cells) {
  if (x < 0 || y < 0 || y >= LINES || x + cells > COLS) return;
  int used = 0;
  // One piece a letter that takes room, with its marks. Terminals agree on single letters; they do
  // not on joined emoji, skin tones and variation selectors, which are therefore left out here.
  for (int i = 0; i < count && used < cells;) {
    wchar_t piece[CCHARW_MAX + 1] = {0};
    int length = 0, width = wcwidth((wchar_t)scalars[i]);
    piece[length++] = (wchar_t)scalars[i++];
    if (width < 0 || (!utf8 && piece[0] > 0x7E)) piece[0] = utf8 ? 0xFFFD : L'?', width = 1;
    if (width == 0) continue;
    if (width > cells - used) {
      if (used > 0) break;
      piece[0] = utf8 ? 0xFFFD : L'?', width = 1;
    }
    for (; i < count && wcwidth((wchar_t)scalars[i]) == 0; i++) {
      bool joins = scalars[i] == 0x200D || scalars[i] == 0xFE0E || scalars[i] == 0xFE0F;
      if (!joins && utf8 && length < CCHARW_MAX) piece[length++] = (wchar_t)scalars[i];
    }
    put_piece(x + used, y, piece);
    used += width;
  }
  for (; used < cells; used++) put_piece(x + used, y, L" ");
}

void cnc_erase(void) { erase(); }

void cnc_refresh(int x, int y) {
  bool shows = x >= 0 && y >= 0 && x < COLS && y < LINES;
  curs_set(shows);
  move(shows ? y : 0, shows ? x : 0);
  wnoutrefresh(stdscr);
  doupdate();
}

void cnc_redraw(void) {
  clearok(curscr, TRUE);
  wnoutrefresh(stdscr);
  doupdate();
}

void cnc_send(const char *bytes, size_t count) { cnc_write(cnc_output, bytes, count); }
