/* Signals and the terminal's state. Handlers set a number, write a byte into a pipe, or give the terminal
 * back: only async-signal-safe calls, so they may interrupt anything. */
#define _GNU_SOURCE /* environ */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "CEditLine.h"

static int self_pipe[2] = {-1, -1};
static struct sigaction previous[NSIG];
static struct termios original;
static bool has_original;
static atomic_bool paste_on;
static atomic_int quiet_jobs;
static atomic_bool continued;
static atomic_bool lent;
static atomic_int interrupt_level;
static _Atomic long long last_interrupt;
static atomic_int ending_signal;

static const long long abort_window_ns = 2000000000LL;

static void write_all(int descriptor, const char *text) {
  size_t left = strlen(text);
  while (left > 0) {
    ssize_t n = write(descriptor, text, left);
    if (n <= 0) return;
    text += n;
    left -= (size_t)n;
  }
}

/* A background process that changes the terminal is stopped by SIGTTOU. */
static bool in_foreground(void) { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

static void give_terminal_back(void) {
  if (!has_original || !in_foreground()) return;
  if (atomic_load(&paste_on)) write_all(STDOUT_FILENO, "\033[?2004l");
  tcsetattr(STDIN_FILENO, TCSANOW, &original);
}

/* No echo over a job's output, and no line editing by the terminal driver: what is typed ahead reaches
 * the next prompt key by key. Ctrl-C and Ctrl-Z stay signals. */
static void stop_echo(void) {
  struct termios quiet = original;
  quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
  quiet.c_cc[VMIN] = 1;
  quiet.c_cc[VTIME] = 0;
  if (has_original && in_foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
}

static void pass_on(int number) {
  unsigned char byte = (unsigned char)number;
  ssize_t ignored = write(self_pipe[1], &byte, 1); /* a full pipe already holds news enough */
  (void)ignored;
}

static void on_interrupt(int number) {
  int saved = errno;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  long long now = time.tv_sec * 1000000000LL + time.tv_nsec;
  bool again = atomic_load(&interrupt_level) > 0 &&
               now - atomic_load(&last_interrupt) <= abort_window_ns;
  if (atomic_load(&interrupt_level) < 2) atomic_store(&interrupt_level, again ? 2 : 1);
  atomic_store(&last_interrupt, now);
  pass_on(number);
  errno = saved;
}

/* SIGHUP and SIGTERM ask the process to end: as Ctrl-C does, and for good. The second one gives up the step in
 * hand. Readers see an interruption. */
static void on_end(int number) {
  int saved = errno;
  int level = atomic_exchange(&ending_signal, number) != 0 ? 2 : 1;
  if (atomic_load(&interrupt_level) < level) atomic_store(&interrupt_level, level);
  pass_on(SIGINT);
  errno = saved;
}

static void on_resize(int number) {
  int saved = errno;
  pass_on(number);
  errno = saved;
}

static void on_continue(int number) {
  int saved = errno;
  atomic_store(&continued, true);
  if (atomic_load(&quiet_jobs) > 0 && !atomic_load(&lent)) stop_echo();
  pass_on(number);
  errno = saved;
}

static void install(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler; /* without SA_RESTART: a read at the prompt must come back */
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, &previous[number]);
}

static void install_unless_ignored(int number, void (*handler)(int)) {
  struct sigaction current;
  if (sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_IGN) return;
  install(number, handler);
}

/* Ctrl-Z: the shell gets its terminal as it was; SIGCONT brings ours back. */
static void on_stop(int number) {
  int saved = errno;
  give_terminal_back();
  struct sigaction standard, ours;
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  sigaction(number, &standard, &ours);
  atomic_store(&continued, false);
  sigset_t only, old;
  sigemptyset(&only);
  sigaddset(&only, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &only, &old); /* stops here */
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  sigaction(number, &ours, NULL);
  if (!atomic_load(&continued)) on_continue(SIGCONT); /* nobody could wake us, so we were not stopped */
  errno = saved;
}

/* The process is about to die: the terminal first, then whatever was to happen. */
static void on_death(int number) {
  give_terminal_back();
  sigaction(number, &previous[number], NULL);
  raise(number);
}

bool cedit_signals_install(void) {
  if (self_pipe[0] >= 0) return true;
  if (pipe(self_pipe) != 0) return false;
  for (int end = 0; end < 2; end++) {
    fcntl(self_pipe[end], F_SETFL, O_NONBLOCK);
    fcntl(self_pipe[end], F_SETFD, FD_CLOEXEC);
  }
  has_original = tcgetattr(STDIN_FILENO, &original) == 0;
  install(SIGINT, on_interrupt);
  install(SIGWINCH, on_resize);
  install_unless_ignored(SIGHUP, on_end); /* nohup ignores it */
  install_unless_ignored(SIGTERM, on_end);
  if (!has_original) return true;
  install(SIGCONT, on_continue);
  install(SIGTSTP, on_stop);
  static const int deadly[] = {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) install(deadly[i], on_death);
  atexit(give_terminal_back);
  return true;
}

int cedit_interrupts(void) { return atomic_load(&interrupt_level); }

int cedit_ending_signal(void) { return atomic_load(&ending_signal); }

void cedit_interrupts_reset(void) {
  atomic_store(&interrupt_level, 0);
  if (atomic_load(&ending_signal) != 0) atomic_store(&interrupt_level, 1);
}

void cedit_job_begin(void) {
  atomic_fetch_add(&quiet_jobs, 1);
  stop_echo();
}

void cedit_job_end(void) {
  if (atomic_fetch_sub(&quiet_jobs, 1) > 1) return;
  if (has_original && in_foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &original);
}

static int run_shell(const char *command, const char *argument) {
  size_t room = strlen(command) + sizeof " \"$0\"";
  char *script = malloc(room);
  if (!script) return -1;
  snprintf(script, room, "%s \"$0\"", command);
  char *words[] = {"sh", "-c", script, (char *)argument, NULL};
  posix_spawnattr_t attributes; /* SIGPIPE is ignored here, and would stay so in the new program */
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t process;
  int failure = posix_spawn(&process, "/bin/sh", NULL, &attributes, words, environ);
  posix_spawnattr_destroy(&attributes);
  free(script);
  if (failure != 0) {
    errno = failure;
    return -1;
  }
  int status;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int cedit_run_lending_terminal(const char *command, const char *argument) {
  atomic_store(&lent, true);
  give_terminal_back();
  int status = run_shell(command, argument);
  atomic_store(&lent, false);
  if (atomic_load(&quiet_jobs) > 0) stop_echo();
  return status;
}

void cedit_bracketed_paste(bool on) {
  write_all(STDOUT_FILENO, on ? "\033[?2004h" : "\033[?2004l");
  atomic_store(&paste_on, on);
}

void cedit_drain_signals(void) {
  char bytes[64];
  while (self_pipe[0] >= 0 && read(self_pipe[0], bytes, sizeof bytes) > 0) continue;
}

int cedit_wait(int descriptor) {
  struct pollfd files[2] = {{descriptor, POLLIN, 0}, {self_pipe[0], POLLIN, 0}};
  for (;;) {
    if (atomic_load(&ending_signal) != 0) return SIGINT; /* nothing is read any more */
    if (poll(files, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    unsigned char number;
    if ((files[1].revents & POLLIN) && read(self_pipe[0], &number, 1) == 1) return number;
    if (files[0].revents != 0) return 0;
  }
}

ssize_t cedit_read_bytes(int descriptor, void *buffer, size_t count) {
  for (;;) {
    int signal = cedit_wait(descriptor);
    if (signal < 0) return -1;
    if (signal == SIGINT) {
      errno = EINTR;
      return -1;
    }
    if (signal > 0) continue;
    ssize_t n = read(descriptor, buffer, count);
    if (n >= 0 || (errno != EINTR && errno != EAGAIN)) return n;
  }
}

bool cedit_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return false;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return true;
}

bool cedit_cell_size(int descriptor, int *width, int *height) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return false;
  *width = size.ws_xpixel / size.ws_col;
  *height = size.ws_ypixel / size.ws_row;
  return *width > 0 && *height > 0;
}
