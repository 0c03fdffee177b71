/* The editor and the functions that its keys are bound to. */
#ifndef CEDIT_KEYS_H
#define CEDIT_KEYS_H

#include <histedit.h>
#include <stdbool.h>

#include "CEditLine.h"

struct cedit {
  EditLine *line;
  History *history;
  cedit_callbacks callbacks;
  void *context;
  const char *prompt;
  const char *initial; /* what the next prompt starts with */
  bool interrupted;    /* Ctrl-C ended this read */
  char *text;          /* what the last read returned */
};

cedit *cedit_of(EditLine *line);

/* Keys that the user's ~/.editrc may bind otherwise, and those that must be ours: bound after it. */
void cedit_bind_usual_keys(EditLine *line);
void cedit_bind_own_keys(EditLine *line);

/* Goes from the cursor to a fresh row below the input, printing `mark` at the input's end. */
void cedit_leave_input(cedit *editor, const char *mark);

/* Draws the input anew, in its place, for the terminal's new size. */
void cedit_redraw_resized(cedit *editor);

/* Key sequence that puts cedit.initial on the prompt. */
extern const char cedit_initial_key[];

#endif
