// What the three parts of the shim (screen, input, guard) share.
#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

// Descriptors of the terminal while it is ours.
extern int cnc_input, cnc_output;
// Whether mouse reports were asked for.
extern bool cnc_has_mouse;

// Writes all of it; safe in signal handlers.
void cnc_write(int descriptor, const char *bytes, size_t count);
// Mouse reports on or off.
void cnc_set_mouse(bool on);
// Holds standard error, if it is a terminal, and handles signals, until cnc_unguard. `restore` is
// what to send after a crash.
void cnc_guard(const char *restore, size_t count);
void cnc_unguard(void);
// Reads and resets what signals have reported: bits of cnc_wait.
int cnc_take_signals(void);
// Stops this process the way it would stop without us; the rest of its job too if `job`.
void cnc_stop(bool job);
bool cnc_take_stop(void);
// Names the sequences of keys that terminals send whatever their description says.
void cnc_define_keys(void);

#endif
