/* Lets calls of the system go wrong that change files, to see what a program leaves behind.
 *
 * FAULT_CALL   the one call that counts, such as fsync; without it all below count
 * FAULT_AT     at the call with this number, from 1, it happens; without it nothing does
 * FAULT_ERROR  the error that the call gives, as a number; without it the process is killed before the call
 * FAULT_EVERY  set: calls after that one give the error too
 * FAULT_ROOM   bytes that may be written in all; then the disk is full
 * FAULT_PID    the process number that the program is told
 * FAULT_PLAIN  set: names cannot be exchanged, as on some file systems
 * FAULT_COUNT  a file that gets the number of calls at the end
 *
 * A call counts where its path is relative or begins with FAULT_FOLDER, or its descriptor was opened so. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { DESCRIPTORS = 1024 };
static atomic_bool ours[DESCRIPTORS];
static atomic_long calls;
static atomic_long written;

static long setting(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? atol(text) : otherwise;
}

static bool counts_path(const char *path) {
  const char *folder = getenv("FAULT_FOLDER");
  return folder && path && (path[0] != '/' || strncmp(path, folder, strlen(folder)) == 0);
}

static bool counts_descriptor(int descriptor) {
  return descriptor >= 0 && descriptor < DESCRIPTORS && atomic_load(&ours[descriptor]);
}

/* Whether the call that is about to be made fails, with errno set. */
static bool fails(const char *name) {
  const char *only = getenv("FAULT_CALL");
  if (only && strcmp(only, name) != 0) return false;
  long number = atomic_fetch_add(&calls, 1) + 1, at = setting("FAULT_AT", 0);
  if (at == 0 || (getenv("FAULT_EVERY") ? number < at : number != at)) return false;
  long error = setting("FAULT_ERROR", 0);
  if (error == 0) raise(SIGKILL);
  errno = (int)error;
  return true;
}

static int opened(int descriptor) {
  if (descriptor >= 0 && descriptor < DESCRIPTORS) atomic_store(&ours[descriptor], true);
  return descriptor;
}

static bool changes(int flags) { return (flags & (O_ACCMODE | O_DIRECTORY)) != 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (!counts_path(path) || !changes(flags)) return REAL(open)(path, flags, mode);
  return fails("open") ? -1 : opened(REAL(open)(path, flags, mode));
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (!counts_path(path) || !changes(flags)) return REAL(open64)(path, flags, mode);
  return fails("open") ? -1 : opened(REAL(open64)(path, flags, mode));
}

int close(int descriptor) {
  if (descriptor >= 0 && descriptor < DESCRIPTORS) atomic_store(&ours[descriptor], false);
  return REAL(close)(descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (!counts_descriptor(descriptor)) return REAL(write)(descriptor, bytes, count);
  if (fails("write")) return -1;
  long room = setting("FAULT_ROOM", -1);
  if (room >= 0) {
    long left = room - atomic_load(&written);
    if (left <= 0 && count > 0) {
      errno = ENOSPC;
      return -1;
    }
    if ((size_t)left < count) count = (size_t)left;
  }
  ssize_t done = REAL(write)(descriptor, bytes, count);
  if (done > 0) atomic_fetch_add(&written, done);
  return done;
}

int fsync(int descriptor) {
  return counts_descriptor(descriptor) && fails("fsync") ? -1 : REAL(fsync)(descriptor);
}

int fchmod(int descriptor, mode_t mode) {
  return counts_descriptor(descriptor) && fails("fchmod") ? -1 : REAL(fchmod)(descriptor, mode);
}

int ftruncate(int descriptor, off_t length) {
  bool isBad = counts_descriptor(descriptor) && fails("ftruncate");
  return isBad ? -1 : REAL(ftruncate)(descriptor, length);
}

int flock(int descriptor, int operation) {
  return counts_descriptor(descriptor) && fails("flock") ? -1 : REAL(flock)(descriptor, operation);
}

int mkdir(const char *path, mode_t mode) {
  return counts_path(path) && fails("mkdir") ? -1 : REAL(mkdir)(path, mode);
}

int rmdir(const char *path) {
  return counts_path(path) && fails("rmdir") ? -1 : REAL(rmdir)(path);
}

int unlink(const char *path) {
  return counts_path(path) && fails("unlink") ? -1 : REAL(unlink)(path);
}

int link(const char *from, const char *to) {
  return counts_path(to) && fails("link") ? -1 : REAL(link)(from, to);
}

int rename(const char *from, const char *to) {
  return counts_path(to) && fails("rename") ? -1 : REAL(rename)(from, to);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned int flags) {
  if (getenv("FAULT_PLAIN")) {
    errno = EINVAL;
    return -1;
  }
  return counts_path(new) && fails("renameat2") ? -1 : REAL(renameat2)(from, old, to, new, flags);
}

pid_t getpid(void) {
  pid_t told = (pid_t)setting("FAULT_PID", 0);
  return told != 0 ? told : REAL(getpid)();
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}
