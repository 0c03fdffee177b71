/* What the keys do that libedit has no function for: Enter, Tab, Up, Down, Home, End and paste. */
#define _GNU_SOURCE /* wcwidth */
#include "keys.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "signals.h"

const char cedit_initial_key[] = "\033[9001~";

/* ---- text between libedit (wide) and the callbacks (UTF-8) ---- */

static char *narrow(const wchar_t *from, const wchar_t *to) {
  size_t room = (size_t)(to - from) * MB_CUR_MAX + 1, used = 0;
  char *text = malloc(room);
  mbstate_t state = {0};
  for (; text && from < to; from++) {
    size_t n = wcrtomb(text + used, *from, &state);
    if (n != (size_t)-1) used += n;
  }
  if (text) text[used] = '\0';
  return text;
}

static wchar_t *widen(const char *text) {
  size_t count = mbstowcs(NULL, text, 0);
  if (count == (size_t)-1) return NULL;
  wchar_t *wide = malloc((count + 1) * sizeof *wide);
  if (wide) mbstowcs(wide, text, count + 1);
  return wide;
}

static void insert(EditLine *line, const char *text) {
  wchar_t *wide = widen(text);
  if (wide && *wide) el_winsertstr(line, wide);
  free(wide);
}

/* ---- where things stand on the screen ---- */

typedef struct {
  int row, column;
} place;

static place after(place at, wchar_t c, int columns) {
  if (c == L'\n') return (place){at.row + 1, 0};
  int width = c == L'\t' ? 8 - at.column % 8 : iswcntrl((wint_t)c) ? 2 : wcwidth(c);
  if (width < 0) width = 0;
  if (at.column + width > columns) at = (place){at.row + 1, 0};
  at.column += width;
  return at.column == columns ? (place){at.row + 1, 0} : at;
}

static place after_prompt(const char *prompt, int columns) {
  place at = {0, 0};
  wchar_t *wide = widen(prompt);
  bool escape = false;
  for (const wchar_t *p = wide; p && *p; p++) {
    if (*p == L'\1') escape = !escape;
    else if (!escape) at = after(at, *p, columns);
  }
  free(wide);
  return at;
}

/* Where the cursor and the end of the input stand, from the start of the prompt. */
static void measure(cedit *editor, place *cursor, place *end) {
  const LineInfoW *info = el_wline(editor->line);
  int columns = 80, rows = 24;
  cedit_terminal_size(1, &columns, &rows);
  *end = after_prompt(editor->prompt, columns);
  for (const wchar_t *p = info->buffer; p < info->lastchar; p++) {
    if (p == info->cursor) *cursor = *end;
    *end = after(*end, *p, columns);
  }
  if (info->cursor == info->lastchar) *cursor = *end;
}

void cedit_leave_input(cedit *editor, const char *mark) {
  place cursor, end;
  measure(editor, &cursor, &end);
  for (int row = cursor.row; row < end.row; row++) fputc('\n', stdout);
  fputc('\r', stdout);
  if (end.column > 0) fprintf(stdout, "\033[%dC", end.column);
  fprintf(stdout, "%s\r\n", mark);
  fflush(stdout);
}

void cedit_redraw_resized(cedit *editor) {
  place cursor, end;
  measure(editor, &cursor, &end); /* a terminal that reflows has already moved the cursor so */
  if (cursor.row > 0) fprintf(stdout, "\033[%dA", cursor.row);
  fputs("\r\033[J", stdout);
  el_resize(editor->line);
  el_set(editor->line, EL_REFRESH);
}

/* ---- keys ---- */

static const wchar_t *line_start(const LineInfoW *info, const wchar_t *p) {
  while (p > info->buffer && p[-1] != L'\n') p--;
  return p;
}

static const wchar_t *line_end(const LineInfoW *info, const wchar_t *p) {
  while (p < info->lastchar && *p != L'\n') p++;
  return p;
}

static unsigned char go(EditLine *line, const wchar_t *to) {
  el_cursor(line, (int)(to - el_wline(line)->cursor));
  return CC_REFRESH;
}

static unsigned char on_home(EditLine *line, int key) {
  (void)key;
  const LineInfoW *info = el_wline(line);
  return go(line, line_start(info, info->cursor));
}

static unsigned char on_end(EditLine *line, int key) {
  (void)key;
  const LineInfoW *info = el_wline(line);
  return go(line, line_end(info, info->cursor));
}

static unsigned char on_newline(EditLine *line, int key) {
  (void)key;
  el_winsertstr(line, L"\n");
  return CC_REFRESH;
}

static unsigned char on_enter(EditLine *line, int key) {
  cedit *editor = cedit_of(line);
  const LineInfoW *info = el_wline(line);
  char *text = narrow(info->buffer, info->lastchar);
  int indent = text ? editor->callbacks.indent(editor->context, text) : -1;
  free(text);
  if (indent < 0) { /* ^M is ed-newline, which also goes to the last row */
    el_cursor(line, (int)(info->lastchar - info->cursor));
    el_push(line, "\r");
    return CC_REFRESH;
  }
  on_newline(line, key);
  for (; indent > 0; indent--) el_winsertstr(line, L" ");
  return CC_REFRESH;
}

/* A bracket that closes a block and begins its line stands two blanks further left. */
static unsigned char on_close(EditLine *line, int key) {
  const LineInfoW *info = el_wline(line);
  const wchar_t *p = line_start(info, info->cursor);
  bool is_indent = info->cursor - p >= 2 && p > info->buffer;
  for (; is_indent && p < info->cursor; p++) is_indent = *p == L' ';
  if (is_indent) el_deletestr(line, 2);
  const wchar_t bracket[] = {(wchar_t)key, L'\0'};
  el_winsertstr(line, bracket);
  return CC_REFRESH;
}

static unsigned char recall(EditLine *line, int direction) {
  cedit *editor = cedit_of(line);
  const LineInfoW *info = el_wline(line);
  char *text = narrow(info->buffer, info->lastchar);
  char *before = narrow(info->buffer, info->cursor);
  char *shown = NULL;
  if (text && before)
    shown = editor->callbacks.recall(editor->context, text, strlen(before), direction);
  free(text);
  free(before);
  if (!shown) return CC_NORM;
  el_cursor(line, (int)(info->lastchar - info->cursor));
  el_deletestr(line, (int)(info->cursor - info->buffer));
  insert(line, shown);
  free(shown);
  return CC_REFRESH;
}

static unsigned char on_up(EditLine *line, int key) {
  (void)key;
  const LineInfoW *info = el_wline(line);
  const wchar_t *start = line_start(info, info->cursor);
  if (start == info->buffer) return recall(line, -1);
  const wchar_t *above = line_start(info, start - 1);
  const wchar_t *to = above + (info->cursor - start);
  return go(line, to < start - 1 ? to : start - 1);
}

static unsigned char on_down(EditLine *line, int key) {
  (void)key;
  const LineInfoW *info = el_wline(line);
  const wchar_t *end = line_end(info, info->cursor);
  if (end == info->lastchar) return recall(line, 1);
  const wchar_t *to = end + 1 + (info->cursor - line_start(info, info->cursor));
  const wchar_t *last = line_end(info, end + 1);
  return go(line, to < last ? to : last);
}

static unsigned char on_tab(EditLine *line, int key) {
  (void)key;
  cedit *editor = cedit_of(line);
  const LineInfoW *info = el_wline(line);
  char *text = narrow(info->buffer, info->lastchar);
  char *before = narrow(info->buffer, info->cursor);
  cedit_edit edit = {0, 0, NULL, NULL};
  if (text && before)
    edit = editor->callbacks.complete(editor->context, text, strlen(before));
  free(text);
  free(before);
  unsigned char answer = CC_NORM;
  if (edit.insert) {
    el_cursor(line, edit.after);
    el_deletestr(line, edit.before + edit.after);
    insert(line, edit.insert);
    answer = CC_REFRESH;
  }
  if (edit.listing) {
    cedit_leave_input(editor, "");
    fputs(edit.listing, stdout);
    fputs("\r\n", stdout);
    el_set(line, EL_REFRESH); /* CC_REDISPLAY would clear rows of the list */
  }
  free(edit.insert);
  free(edit.listing);
  return answer;
}

static unsigned char on_initial(EditLine *line, int key) {
  (void)key;
  insert(line, cedit_of(line)->initial);
  return CC_REFRESH;
}

/* Reads up to the end mark of a bracketed paste. In editing mode the driver swaps CR and LF. */
static wchar_t *pasted_text(EditLine *line) {
  static const wchar_t mark[] = L"\033[201~";
  const size_t mark_length = sizeof mark / sizeof *mark - 1;
  size_t used = 0, room = 256;
  wchar_t *text = malloc(room * sizeof *text), last = 0, c;
  while (text && el_wgetc(line, &c) == 1) {
    bool second_half = last == L'\n' && c == L'\r'; /* of a CR LF */
    last = c;
    if (second_half) continue;
    text[used++] = c == L'\r' ? L'\n' : c;
    if (used >= mark_length && wmemcmp(text + used - mark_length, mark, mark_length) == 0) {
      text[used - mark_length] = L'\0';
      return text;
    }
    if (used == room) {
      wchar_t *larger = realloc(text, (room *= 2) * sizeof *text);
      if (!larger) break;
      text = larger;
    }
  }
  free(text);
  return NULL;
}

static unsigned char on_paste(EditLine *line, int key) {
  (void)key;
  cedit *editor = cedit_of(line);
  wchar_t *pasted = pasted_text(line);
  char *text = pasted ? narrow(pasted, pasted + wcslen(pasted)) : NULL;
  char *clean = text ? editor->callbacks.clean_paste(editor->context, text) : NULL;
  if (clean) insert(line, clean);
  free(pasted);
  free(text);
  free(clean);
  return editor->interrupted ? CC_EOF : CC_REFRESH;
}

/* ---- bindings ---- */

typedef struct {
  const char *key, *command;
} binding;

static void bind_all(EditLine *line, const binding *bindings, size_t count) {
  for (size_t i = 0; i < count; i++) {
    el_set(line, EL_BIND, bindings[i].key, bindings[i].command, NULL);
    /* a user's "bind -v" has a second map; a single key there is a vi command */
    if (bindings[i].key[1]) el_set(line, EL_BIND, "-a", bindings[i].key, bindings[i].command, NULL);
  }
}

void cedit_bind_usual_keys(EditLine *line) {
  static const binding usual[] = {
      {"^R", "em-inc-search-prev"},      {"^S", "em-inc-search-next"},
      {"^W", "ed-delete-prev-word"},     {"^U", "vi-kill-line-prev"},
      {"\033[3~", "ed-delete-next-char"}, {"\033[1;5C", "em-next-word"},
      {"\033[1;5D", "ed-prev-word"},     {"\033[5C", "em-next-word"},
      {"\033[5D", "ed-prev-word"},       {"\033[1;3C", "em-next-word"},
      {"\033[1;3D", "ed-prev-word"},     {"\033\033[C", "em-next-word"},
      {"\033\033[D", "ed-prev-word"},    {"\033\177", "ed-delete-prev-word"},
  };
  bind_all(line, usual, sizeof usual / sizeof *usual);
}

void cedit_bind_own_keys(EditLine *line) {
  el_set(line, EL_ADDFN, "skillet-enter", "submit a complete cell", on_enter);
  el_set(line, EL_ADDFN, "skillet-newline", "insert a newline", on_newline);
  el_set(line, EL_ADDFN, "skillet-close", "insert a closing bracket", on_close);
  el_set(line, EL_ADDFN, "skillet-up", "line above, or earlier cell", on_up);
  el_set(line, EL_ADDFN, "skillet-down", "line below, or later cell", on_down);
  el_set(line, EL_ADDFN, "skillet-home", "start of the line", on_home);
  el_set(line, EL_ADDFN, "skillet-end", "end of the line", on_end);
  el_set(line, EL_ADDFN, "skillet-tab", "complete", on_tab);
  el_set(line, EL_ADDFN, "skillet-paste", "insert pasted text", on_paste);
  el_set(line, EL_ADDFN, "skillet-initial", "insert the given text", on_initial);
  static const binding own[] = {
      {"\n", "skillet-enter"},       {"\t", "skillet-tab"},        {"\033\n", "skillet-newline"},
      {"\033\r", "skillet-newline"}, {"^P", "skillet-up"},         {"\033[A", "skillet-up"},
      {"\033OA", "skillet-up"},      {"^N", "skillet-down"},       {"\033[B", "skillet-down"},
      {"\033OB", "skillet-down"},    {"^A", "skillet-home"},       {"\033[H", "skillet-home"},
      {"\033OH", "skillet-home"},    {"\033[1~", "skillet-home"},  {"\033[7~", "skillet-home"},
      {"^E", "skillet-end"},         {"\033[F", "skillet-end"},    {"\033OF", "skillet-end"},
      {"\033[4~", "skillet-end"},    {"\033[8~", "skillet-end"},   {"\033[200~", "skillet-paste"},
      {cedit_initial_key, "skillet-initial"},
  };
  bind_all(line, own, sizeof own / sizeof *own);
  el_set(line, EL_BIND, "-a", "\n", "skillet-enter", NULL);
  static const char *const brackets[] = {"}", "]", ")"};
  for (size_t i = 0; i < 3; i++) el_set(line, EL_BIND, brackets[i], "skillet-close", NULL);
}
