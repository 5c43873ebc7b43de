// What was typed, and waiting for it.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNCurses.h"
#include "Internal.h"
#include <curses.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

// Codes of our own for the starts of mouse reports, far from those that curses gives out.
enum { SGR_MOUSE = 0x7001, OLD_MOUSE = 0x7002 };

void cnc_define_keys(void) {
  static const struct { const char *sequence; int code; } keys[] = {
    {"\033[A", KEY_UP}, {"\033OA", KEY_UP}, {"\033[B", KEY_DOWN}, {"\033OB", KEY_DOWN},
    {"\033[C", KEY_RIGHT}, {"\033OC", KEY_RIGHT}, {"\033[D", KEY_LEFT}, {"\033OD", KEY_LEFT},
    {"\033[H", KEY_HOME}, {"\033OH", KEY_HOME}, {"\033[1~", KEY_HOME}, {"\033[7~", KEY_HOME},
    {"\033[F", KEY_END}, {"\033OF", KEY_END}, {"\033[4~", KEY_END}, {"\033[8~", KEY_END},
    {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE}, {"\033[3~", KEY_DC}, {"\033[Z", KEY_BTAB},
    {"\033[1;2D", KEY_SLEFT}, {"\033[1;2C", KEY_SRIGHT}, {"\033[d", KEY_SLEFT},
    {"\033[c", KEY_SRIGHT}, {"\033OM", KEY_ENTER},
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    define_key(keys[i].sequence, keys[i].code);
  if (!cnc_has_mouse) return;
  define_key("\033[<", SGR_MOUSE);
  define_key("\033[M", OLD_MOUSE);
}

int cnc_wait(int limit) {
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int left = limit;;) {
    struct pollfd descriptors[] = {{cnc_input, POLLIN, 0}, {cnc_waker(), POLLIN, 0}};
    int ready = poll(descriptors, 2, left);
    int seen = cnc_take_signals();
    if (cnc_take_stop()) {
      endwin();
      cnc_set_mouse(false);
      cnc_stop(false);
      seen |= cnc_take_signals() | CNC_RESUMED;
    }
    if (seen & CNC_RESUMED) {  // who knows what was done to the terminal meanwhile
      endwin();
      cnc_redraw();
      cnc_set_mouse(true);
      seen |= CNC_RESIZED;
    }
    struct winsize size;
    if (seen & CNC_RESIZED && ioctl(cnc_output, TIOCGWINSZ, &size) == 0 && size.ws_row > 0
        && size.ws_col > 0 && is_term_resized(size.ws_row, size.ws_col)) {
      resizeterm(size.ws_row, size.ws_col);
      clearok(curscr, TRUE);  // what a terminal keeps of its cells is its own affair
    }
    // Gone, and no signal need have said so. There is POLLIN too then, for ever: to read, or to wait
    // again, would be to spin.
    if (ready > 0 && descriptors[0].revents & ~POLLIN) seen |= CNC_TERMINATED;
    else if (ready > 0 && descriptors[0].revents) seen |= CNC_INPUT;
    if (seen || ready == 0) return seen;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long passed = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
    if (limit >= 0) left = passed < limit ? limit - (int)passed : 0;
  }
}

void cnc_suspend(void) {
  cnc_set_mouse(false);
  endwin();
  cnc_stop(true);
  // cnc_wait finds the trace of SIGCONT, takes the screen back, and reports it. Where nothing can
  // stop us there is none, so:
  cnc_redraw();
  cnc_set_mouse(true);
}

int cnc_next(int patience, int *code) {
  static const struct { int code, name; } names[] = {
    {KEY_UP, CNC_UP}, {KEY_DOWN, CNC_DOWN}, {KEY_LEFT, CNC_LEFT}, {KEY_RIGHT, CNC_RIGHT},
    {KEY_SLEFT, CNC_SHIFT_LEFT}, {KEY_SRIGHT, CNC_SHIFT_RIGHT}, {KEY_HOME, CNC_HOME},
    {KEY_FIND, CNC_HOME}, {KEY_END, CNC_END}, {KEY_SELECT, CNC_END}, {KEY_LL, CNC_END},
    {KEY_PPAGE, CNC_PAGE_UP}, {KEY_NPAGE, CNC_PAGE_DOWN}, {KEY_ENTER, CNC_ENTER},
    {KEY_BTAB, CNC_SHIFT_TAB}, {KEY_BACKSPACE, CNC_BACKSPACE}, {KEY_DC, CNC_DELETE},
    {SGR_MOUSE, CNC_SGR_MOUSE}, {OLD_MOUSE, CNC_OLD_MOUSE},
  };
  wint_t typed;
  timeout(patience);
  int result = get_wch(&typed);
  if (result == ERR) return CNC_NONE;
  *code = (int)typed;
  if (result == OK) return CNC_SCALAR;
  if (*code > KEY_F(0) && *code <= KEY_F(63)) {
    *code += CNC_F0 - KEY_F(0);
    return CNC_NAMED;
  }
  int name = CNC_OTHER;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].code == *code) name = names[i].name;
  *code = name;
  return CNC_NAMED;
}
