// Signals, and leaving the terminal well when the process dies.
#define _GNU_SOURCE
#include "CNCurses.h"
#include "Internal.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

// Added to the eventfd by signal handlers, so that they can be told from calls of cnc_wake.
static const uint64_t by_signal = (uint64_t)1 << 32;

static volatile sig_atomic_t guarded, resized, continued, stopped, terminated;
static int waker = -1, held = -1, real_stderr = -1;
static struct termios found;
static char restore_bytes[512];
static size_t restore_count;
static char crash_stack[64 * 1024];

static void on_crash(int number);
static void on_event(int number);

static struct { int number; void (*handler)(int); struct sigaction before; } handlers[] = {
  {SIGSEGV, on_crash, {}}, {SIGBUS, on_crash, {}}, {SIGILL, on_crash, {}},
  {SIGTRAP, on_crash, {}}, {SIGABRT, on_crash, {}}, {SIGFPE, on_crash, {}},
  {SIGTERM, on_event, {}}, {SIGHUP, on_event, {}}, {SIGINT, on_event, {}},
  {SIGQUIT, on_event, {}}, {SIGWINCH, on_event, {}}, {SIGTSTP, on_event, {}},
  {SIGCONT, on_event, {}},
};
enum { handler_count = sizeof handlers / sizeof *handlers };

void cnc_write(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0 && errno != EINTR && errno != EAGAIN) return;
    if (written > 0) bytes += written, count -= (size_t)written;
  }
}

int cnc_waker(void) {
  // Never closed: a thread may still hold it when the terminal is gone.
  if (waker < 0) waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return waker;
}

static void wake(int token, uint64_t amount) {
  int before = errno;
  ssize_t ignored = write(token, &amount, sizeof amount);
  (void)ignored;
  errno = before;
}

void cnc_wake(int token) { wake(token, 1); }

static void on_event(int number) {
  switch (number) {
  case SIGWINCH: resized = 1; break;
  case SIGCONT: continued = 1; break;
  case SIGTSTP: stopped = 1; break;
  default:
    // Asked a second time: the program is at something that it does not come back from.
    if (terminated) return on_crash(number);
    terminated = number;
  }
  wake(waker, by_signal);
}

// Gives standard error back and writes out what it was sent. Only async-signal-safe calls.
static void replay(void) {
  if (held < 0) return;
  dup2(real_stderr, STDERR_FILENO);
  char buffer[4096];
  ssize_t count;
  for (off_t offset = 0; (count = pread(held, buffer, sizeof buffer, offset)) > 0; offset += count)
    cnc_write(STDERR_FILENO, buffer, (size_t)count);
}

static void restore_handlers(void) {
  for (int i = 0; i < handler_count; i++)
    sigaction(handlers[i].number, &handlers[i].before, NULL);
}

// Only async-signal-safe calls. The signal comes again when this returns, to whoever handled it
// before us, so that status, core dump and a backtrace of the Swift runtime are as they would be.
static void on_crash(int number) {
  int before = errno;
  if (guarded) {
    guarded = 0;
    cnc_write(cnc_output, restore_bytes, restore_count);
    tcsetattr(cnc_output, TCSANOW, &found);
    replay();
  }
  restore_handlers();
  raise(number);
  errno = before;
}

void cnc_guard(const char *restore, size_t count) {
  restore_count = count < sizeof restore_bytes ? count : sizeof restore_bytes;
  memcpy(restore_bytes, restore, restore_count);
  tcgetattr(cnc_output, &found);
  resized = continued = stopped = terminated = 0;
  cnc_waker();
  if (isatty(STDERR_FILENO) && (held = memfd_create("stderr", MFD_CLOEXEC)) >= 0) {
    real_stderr = dup(STDERR_FILENO);
    dup2(held, STDERR_FILENO);
  }
  // Of this thread only; another one's stack overflow is past help.
  sigaltstack(&(stack_t){.ss_sp = crash_stack, .ss_size = sizeof crash_stack}, NULL);
  guarded = 1;
  for (int i = 0; i < handler_count; i++) {
    struct sigaction action = {.sa_handler = handlers[i].handler, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    sigaction(handlers[i].number, &action, &handlers[i].before);
    // What our parent wants ignored (nohup, a shell without jobs) stays so.
    bool ignored = handlers[i].before.sa_handler == SIG_IGN;
    if (ignored && handlers[i].handler == on_event)
      sigaction(handlers[i].number, &handlers[i].before, NULL);
  }
}

void cnc_unguard(void) {
  guarded = 0;
  tcsetattr(cnc_output, TCSADRAIN, &found);
  replay();
  if (held >= 0) close(held), close(real_stderr);
  held = real_stderr = -1;
  restore_handlers();
}

int cnc_take_signals(void) {
  uint64_t amount = 0;
  int seen = 0;
  if (read(waker, &amount, sizeof amount) == sizeof amount && (uint32_t)amount) seen |= CNC_WOKEN;
  if (resized) resized = 0, seen |= CNC_RESIZED;
  if (continued) continued = 0, seen |= CNC_RESUMED;
  if (terminated) seen |= CNC_TERMINATED;
  return seen;
}

int cnc_signal(void) { return terminated ? terminated : SIGHUP; }

bool cnc_take_stop(void) {
  bool result = stopped;
  stopped = 0;
  return result;
}

void cnc_stop(bool job) {
  struct sigaction ours, before = {.sa_handler = SIG_DFL}, ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGTSTP, NULL, &ours);
  for (int i = 0; i < handler_count; i++)
    if (handlers[i].number == SIGTSTP) before = handlers[i].before;
  if (job) {
    // The others first, then this very thread: a signal sent to the group could stop us at any
    // time, even after the screen has been taken back.
    sigaction(SIGTSTP, &ignore, NULL);
    kill(0, SIGTSTP);
  }
  sigaction(SIGTSTP, &before, NULL);
  raise(SIGTSTP);
  sigaction(SIGTSTP, &ours, NULL);
}
