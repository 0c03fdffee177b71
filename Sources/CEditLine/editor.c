/* The editor: set-up, the one place that waits for keys, and reading a cell. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys.h"
#include "signals.h"

enum { history_entries = 2000 };

cedit *cedit_of(EditLine *line) {
  void *editor = NULL;
  el_get(line, EL_CLIENTDATA, &editor);
  return editor;
}

static char *prompt_of(EditLine *line) { return (char *)cedit_of(line)->prompt; }

/* libedit decodes with the C locale's rules, in which every byte of 日本語 is dropped silently. Only
 * LC_CTYPE: other categories would change how C formats numbers. */
static void use_utf8(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

/* Back from being stopped: the shell had the terminal meanwhile. */
static void take_terminal_again(EditLine *line) {
  el_set(line, EL_PREP_TERM, 0);
  el_set(line, EL_PREP_TERM, 1);
  cedit_bracketed_paste(true);
  fputs("\r\033[K", stdout);
  el_set(line, EL_REFRESH);
}

static int get_char(EditLine *line, wchar_t *character) {
  cedit *editor = cedit_of(line);
  mbstate_t state = {0};
  for (;;) {
    int signal = editor->interrupted ? SIGINT : cedit_wait(STDIN_FILENO);
    if (signal == SIGINT) { /* el_gets: NULL, -1, EINTR; a search inside it: end of file */
      editor->interrupted = true;
      errno = EINTR;
      return -1;
    }
    if (signal < 0) return -1;
    if (signal == SIGWINCH) cedit_redraw_resized(editor);
    if (signal == SIGCONT) take_terminal_again(line);
    if (signal > 0) continue;
    char byte;
    ssize_t n = read(STDIN_FILENO, &byte, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return (int)n;
    size_t length = mbrtowc(character, &byte, 1, &state);
    if (length == (size_t)-1) memset(&state, 0, sizeof state); /* a bad byte: go on with the next */
    else if (length != (size_t)-2) return 1;
  }
}

cedit *cedit_open(const char *program, cedit_callbacks callbacks, void *context) {
  use_utf8();
  if (!cedit_signals_install()) return NULL;
  cedit *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  cedit_job_begin(); /* before el_init, which takes the settings that it finds for the usual ones */
  editor->callbacks = callbacks;
  editor->context = context;
  editor->prompt = "> ";
  editor->line = el_init(program, stdin, stdout, stderr);
  editor->history = history_init();
  if (!editor->line || !editor->history) {
    cedit_close(editor);
    return NULL;
  }
  HistEvent event;
  history(editor->history, &event, H_SETSIZE, history_entries);
  history(editor->history, &event, H_SETUNIQUE, 1);
  el_set(editor->line, EL_CLIENTDATA, editor);
  el_set(editor->line, EL_PROMPT_ESC, prompt_of, '\1');
  el_set(editor->line, EL_EDITOR, "emacs");
  /* libedit would echo between two reads, as shells do for the programs that they start */
  el_set(editor->line, EL_SETTY, "-x", "-echo", "-icanon", "-iexten", NULL);
  el_set(editor->line, EL_SIGNAL, 0);
  el_set(editor->line, EL_HIST, history, editor->history);
  cedit_bind_usual_keys(editor->line);
  el_source(editor->line, NULL);
  cedit_bind_own_keys(editor->line);
  el_set(editor->line, EL_GETCFN, get_char);
  return editor;
}

cedit_outcome cedit_read(cedit *editor, const char *prompt, const char *initial, const char **text) {
  editor->prompt = prompt;
  editor->initial = initial;
  editor->interrupted = false;
  cedit_drain_signals();
  cedit_bracketed_paste(true);
  el_set(editor->line, EL_PREP_TERM, 1); /* else the prompt shows before typing is ours */
  if (initial) el_push(editor->line, cedit_initial_key);
  int length = 0;
  const char *line = el_gets(editor->line, &length);
  if (editor->interrupted) cedit_leave_input(editor, "^C");
  else if (!line) fputs("\r\n", stdout);
  fflush(stdout);
  cedit_bracketed_paste(false);
  cedit_interrupts_reset();
  if (editor->interrupted) return CEDIT_INTERRUPTED;
  if (!line) return CEDIT_END;
  if (length > 0 && line[length - 1] == '\n') length--;
  free(editor->text);
  editor->text = strndup(line, (size_t)length);
  *text = editor->text;
  return editor->text ? CEDIT_LINE : CEDIT_END;
}

void cedit_add_history(cedit *editor, const char *text) {
  HistEvent event;
  history(editor->history, &event, H_ENTER, text);
}

void cedit_close(cedit *editor) {
  if (editor->line) {
    el_set(editor->line, EL_EDITMODE, 0); /* or el_end would throw typed-ahead input away */
    el_end(editor->line);
  }
  cedit_job_end();
  if (editor->history) history_end(editor->history);
  free(editor->text);
  free(editor);
}
