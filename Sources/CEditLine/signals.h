/* What the editor shares with the signal handlers. */
#ifndef CEDIT_SIGNALS_H
#define CEDIT_SIGNALS_H

#include <stdbool.h>

/* Waits until the descriptor can be read (0) or a signal arrived (its number); -1: error. */
int cedit_wait(int descriptor);

/* Forgets the signals that arrived while nobody waited. */
void cedit_drain_signals(void);

/* Switches the terminal's bracketed paste; remembered, so that every exit path switches it off. */
void cedit_bracketed_paste(bool on);

#endif
