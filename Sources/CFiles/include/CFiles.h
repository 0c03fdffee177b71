/* Calls of the system that Swift's Glibc module does not show. */
#ifndef CFILES_H
#define CFILES_H

/* Lets two names in one file system change places, in one step. 0, or -1 with errno: ENOSYS or EINVAL where
 * the system or the file system cannot. */
int cfiles_exchange(const char *first, const char *second);

#endif
