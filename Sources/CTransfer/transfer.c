#include "CTransfer.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

/* Seconds until a server must have answered, and without a byte until a connection counts as broken. */
enum { CONNECT_SECONDS = 15, SILENT_SECONDS = 30 };

static pthread_once_t begun = PTHREAD_ONCE_INIT;

static void begin(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

void *ctransfer_open(void) {
  pthread_once(&begun, begin);
  return curl_easy_init();
}

void ctransfer_close(void *connections) { curl_easy_cleanup(connections); }

/* libcurl counts what a callback took: less than it got ends the transfer. */
static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
  const struct ctransfer_request *request = context;
  return request->on_header(request->context, bytes, size * count) ? 0 : size * count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
  const struct ctransfer_request *request = context;
  /* a body without bytes is taken by any answer, so it is not asked */
  if (size * count == 0) return 0;
  return request->on_body(request->context, bytes, size * count) ? 0 : size * count;
}

static int look_around(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  (void)a, (void)b, (void)c, (void)d;
  const struct ctransfer_request *request = context;
  return request->on_wait(request->context);
}

static int outcome_of(CURLcode code) {
  switch (code) {
  case CURLE_OK: return CTRANSFER_ANSWERED;
  case CURLE_WRITE_ERROR:
  case CURLE_ABORTED_BY_CALLBACK: return CTRANSFER_STOPPED;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_CONNECT: return CTRANSFER_NO_HOST;
  case CURLE_PARTIAL_FILE:
  case CURLE_RECV_ERROR:
  case CURLE_SEND_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_OPERATION_TIMEDOUT: return CTRANSFER_BROKEN;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CONNECT_ERROR: return CTRANSFER_UNTRUSTED;
  default: return CTRANSFER_REFUSED;
  }
}

void ctransfer_send(
    void *connections, const struct ctransfer_request *request, struct ctransfer_answer *answer) {
  CURL *curl = connections;
  char words[CURL_ERROR_SIZE] = "";
  memset(answer, 0, sizeof *answer);
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, request->url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOBODY, request->is_head ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, request->agent);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS);
  if (request->bearer) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request->bearer);
  }
  if (request->range) curl_easy_setopt(curl, CURLOPT_RANGE, request->range);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, (void *)request);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, (void *)request);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_around);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)request);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);

  CURLcode code = curl_easy_perform(curl);
  answer->outcome = outcome_of(code);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
  char *redirect = NULL;
  curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect) answer->redirect = strdup(redirect);
  const char *reason = words[0] ? words : curl_easy_strerror(code);
  strncpy(answer->reason, reason, sizeof answer->reason - 1);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
}
