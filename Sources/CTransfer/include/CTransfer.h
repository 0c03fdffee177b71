/* Requests over HTTP and HTTPS by libcurl, whose functions take what Swift cannot pass. */
#ifndef CTRANSFER_H
#define CTRANSFER_H

#include <stddef.h>

/* How a request ended. */
enum {
  CTRANSFER_ANSWERED, /* the answer came whole, whatever its status says */
  CTRANSFER_STOPPED,  /* a callback asked for it */
  CTRANSFER_NO_HOST,  /* no server of that name, or none that answers */
  CTRANSFER_BROKEN,   /* the connection ended in the middle, or nothing came any more */
  CTRANSFER_UNTRUSTED, /* the server's certificate is not accepted */
  CTRANSFER_REFUSED   /* anything else, such as a URL of another kind */
};

struct ctransfer_request {
  const char *url;
  int is_head;        /* whether only the headers are wanted */
  const char *bearer; /* sent as Authorization, to this URL only; may be NULL */
  const char *range;  /* such as "10-" or "0-99"; may be NULL */
  const char *agent;
  /* Each gets `context`, and stops the request by a result that is not 0. */
  int (*on_header)(void *context, const char *bytes, size_t count);
  int (*on_body)(void *context, const char *bytes, size_t count);
  int (*on_wait)(void *context); /* asked several times a second */
  void *context;
};

struct ctransfer_answer {
  int outcome;
  long status;      /* 0 where there was none */
  char *redirect;   /* the whole URL that the answer points to; NULL without one; freed by the caller */
  char reason[256]; /* libcurl's words for an outcome that is no answer */
};

/* Connections that are kept for the next request. NULL without memory. */
void *ctransfer_open(void);
void ctransfer_close(void *connections);

/* Redirects are not followed. */
void ctransfer_send(
    void *connections, const struct ctransfer_request *request, struct ctransfer_answer *answer);

#endif
