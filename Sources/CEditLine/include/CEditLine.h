/* The line editor behind the prompt: libedit with the parts that it lacks.
 *
 * libedit's own calls are variadic, its prompt and signal handling have traps, and it knows nothing of
 * blocks, pasted text or completion lists. This shim hides all of that behind plain functions. Terminal
 * and signal handlers belong to the process, so there is one editor at a time, used from one thread.
 * All text is NUL-terminated UTF-8; offsets are bytes unless a comment says characters. */
#ifndef CEDITLINE_H
#define CEDITLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* ---- interruption: signals.c, usable without an editor ---- */

/* Installs the handlers of SIGINT, SIGHUP, SIGTERM, SIGTSTP, SIGCONT and SIGWINCH and those that give the
 * terminal back before the process dies of another signal. Calling it again does nothing. False: no self-pipe. */
bool cedit_signals_install(void);

/* Ctrl-C since the last reset: 0 none, 1 asked to stop, 2 asked again within two seconds. */
int cedit_interrupts(void);
void cedit_interrupts_reset(void);

/* The signal that asked the process to end, SIGHUP or SIGTERM, or 0. It counts as Ctrl-C, is not reset, and
 * whoever reads then is interrupted. */
int cedit_ending_signal(void);

/* Between these two, typing is not echoed over the job's progress line. Calls nest; an open editor is
 * such a job, since text typed before its prompt belongs on the prompt. */
void cedit_job_begin(void);
void cedit_job_end(void);

/* Runs a shell command with `argument` behind it. It has the terminal as it was before this process took
 * it. Its exit status, 128 and more for a signal, or -1 with errno. */
int cedit_run_lending_terminal(const char *command, const char *argument);

/* Reads like read(2), and returns -1 with errno EINTR when Ctrl-C is pressed, on whichever thread the
 * signal arrives. */
ssize_t cedit_read_bytes(int descriptor, void *buffer, size_t count);

/* Size of the terminal on this descriptor; false when there is none. */
bool cedit_terminal_size(int descriptor, int *columns, int *rows);

/* The pixels of a character of that terminal; false where it does not say. */
bool cedit_cell_size(int descriptor, int *width, int *height);

/* ---- the editor: editor.c ---- */

typedef struct cedit cedit;

typedef enum { CEDIT_LINE, CEDIT_INTERRUPTED, CEDIT_END } cedit_outcome;

/* What one press of Tab does. The strings come from malloc and are freed by the shim; NULL: none. */
typedef struct {
  int before;    /* characters to delete before the cursor */
  int after;     /* characters to delete behind it */
  char *insert;  /* text to put there */
  char *listing; /* lines to print below the input */
} cedit_edit;

/* Called on the thread that reads, never from a signal handler. */
typedef struct {
  /* Enter was pressed: -1 submits the text, n >= 0 inserts a newline and n blanks. */
  int (*indent)(void *context, const char *text);
  /* Tab was pressed. */
  cedit_edit (*complete)(void *context, const char *text, size_t cursor);
  /* Up (-1) on the first line or Down (1) on the last one: the text to show (malloc), or NULL. */
  char *(*recall)(void *context, const char *text, size_t cursor, int direction);
  /* Text was pasted: what to insert (malloc), or NULL. */
  char *(*clean_paste)(void *context, const char *pasted);
} cedit_callbacks;

/* An editor on standard input and output, which must be a terminal; NULL: it cannot be set up. */
cedit *cedit_open(const char *program, cedit_callbacks callbacks, void *context);

/* Reads one cell. Escape sequences in the prompt stand between two \1, never at its end; `initial` is put
 * on the prompt to be edited (NULL: nothing). On CEDIT_LINE `text` points to the cell without its last
 * newline and stays valid until the next call. */
cedit_outcome cedit_read(cedit *editor, const char *prompt, const char *initial, const char **text);

/* Makes a cell findable by Ctrl-R. */
void cedit_add_history(cedit *editor, const char *text);

void cedit_close(cedit *editor);

#endif
