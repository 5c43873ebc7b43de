// The part of curses that traceview uses, in a form that Swift can call.
//
// Swift cannot use <curses.h>: attributes and key codes are macros, and `stdscr` is shared mutable
// state. All state lives in the .c files; there is one terminal a process. Everything here must be
// called from one thread, except cnc_wake.
#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What cnc_start answers.
enum { CNC_STARTED, CNC_IN_USE, CNC_NO_TERMINAL, CNC_UNKNOWN_TYPE, CNC_INCAPABLE };

// Takes the terminal: the keyboard is standard input or, if that is no terminal, /dev/tty.
int cnc_start(bool mouse);
// Gives the terminal back as it was found, and replays what was written to standard error.
// Harmless when there is nothing to end; also run at exit.
void cnc_end(void);

int cnc_width(void);
int cnc_height(void);
// 0, 8, 16 or 256.
int cnc_colors(void);
// Whether the locale's encoding is UTF-8.
bool cnc_is_utf8(void);
// Whether it is the console of Linux, which has few fonts and answers no queries.
bool cnc_is_console(void);

enum { CNC_BOLD = 1, CNC_DIM = 2, CNC_UNDERLINE = 4, CNC_REVERSE = 8 };
// Sets the look of the cells to come: colours of the terminal's table, or -1 for its default.
void cnc_look(int ink, int ground, int attributes);
// Puts one grapheme into 1 or 2 cells. Takes care that the cursor is where curses thinks it is
// whatever the terminal makes of emoji sequences, and lets no control character through.
void cnc_put(int x, int y, const uint32_t *scalars, int count, int cells);
void cnc_erase(void);
// Sends what changed, and shows the cursor at x, y; hides it if x is negative.
void cnc_refresh(int x, int y);
// Clears the screen and sends all of it.
void cnc_redraw(void);
// Sends bytes past curses; for sequences that move no cursor.
void cnc_send(const char *bytes, size_t count);

// What cnc_wait saw: any of these.
enum { CNC_INPUT = 1, CNC_WOKEN = 2, CNC_RESIZED = 4, CNC_RESUMED = 8, CNC_TERMINATED = 16 };
// Waits for a key, cnc_wake or a signal, `limit` milliseconds at most (-1: forever).
int cnc_wait(int limit);
// Ends cnc_wait; from any thread, and in signal handlers. `token` is cnc_waker()'s.
void cnc_wake(int token);
int cnc_waker(void);
// The signal behind CNC_TERMINATED.
int cnc_signal(void);
// Leaves the screen, stops the whole job as the terminal's own Ctrl-z would, and comes back.
void cnc_suspend(void);

// What cnc_next answers: nothing has come, a scalar, or one of the names below.
enum { CNC_NONE, CNC_SCALAR, CNC_NAMED };
enum {
  CNC_UP = 1, CNC_DOWN, CNC_LEFT, CNC_RIGHT, CNC_SHIFT_LEFT, CNC_SHIFT_RIGHT, CNC_HOME, CNC_END,
  CNC_PAGE_UP, CNC_PAGE_DOWN, CNC_ENTER, CNC_SHIFT_TAB, CNC_BACKSPACE, CNC_DELETE,
  CNC_SGR_MOUSE,  // "\033[<": the rest of the report follows in scalars
  CNC_OLD_MOUSE,  // "\033[M": three scalars follow
  CNC_OTHER,      // a key that curses knows and we do not
  CNC_F0 = 64,    // F1 is CNC_F0 + 1
};
// Takes what was typed next, waiting `patience` milliseconds for it at most. A lone Escape, and the
// start of a sequence that curses does not know, is the scalar 27.
int cnc_next(int patience, int *code);

#endif
