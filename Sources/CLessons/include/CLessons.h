/* The lessons and the files that they read, in the program itself. */
#ifndef CLESSONS_H
#define CLESSONS_H

#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct cl_file {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} cl_file;

extern const size_t cl_file_count;
cl_file cl_file_at(size_t index);

#pragma clang assume_nonnull end

#endif
