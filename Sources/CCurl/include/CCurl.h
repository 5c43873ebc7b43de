// A client of HTTP: libcurl, loaded when it is needed first, in a form that Swift can call.
//
// Swift cannot use <curl/curl.h>: what sets an option takes any number of arguments. And a program
// that links libcurl starts 10 ms later, for all that libcurl needs in turn. So this declares the
// few functions and numbers of libcurl's stable interface that are needed, and finds them at run
// time. A client is used by one thread at a time.
#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>
#include <stdint.h>

// Loads the library; 0 if it is not there, or too old. To be called by one thread at a time.
int ccurl_load(void);

typedef struct ccurl_client ccurl_client;

// A client, or null if there is no memory. Only once the library is loaded.
ccurl_client *ccurl_make(void);
void ccurl_free(ccurl_client *client);

// Begins a request and forgets the one before. Bodies longer than `body_limit` are given up, what is
// compressed after it was decompressed.
void ccurl_begin(ccurl_client *client, const char *url, size_t body_limit);
void ccurl_set_user(ccurl_client *client, const char *user, const char *password);
void ccurl_add_header(ccurl_client *client, const char *line);
// Makes it a POST. The bytes are copied.
void ccurl_set_body(ccurl_client *client, const uint8_t *bytes, size_t count);
void ccurl_set_timeout(ccurl_client *client, long connect_milliseconds, long milliseconds);
// Does not ask who the server is.
void ccurl_set_insecure(ccurl_client *client);
// Connects directly, whatever the environment says of proxies.
void ccurl_set_direct(ccurl_client *client);

// How a request has ended: the numbers that are not libcurl's are less than 0.
enum {
  CCURL_STOPPED = -1,
  CCURL_TOO_LARGE = -2,
  CCURL_NO_MEMORY = -3,
  CCURL_DONE = 0,
  CCURL_NO_HTTP = 1,
  CCURL_BAD_URL = 3,
  CCURL_NO_HOST = 6,
  CCURL_NO_CONNECTION = 7,
  CCURL_WEIRD_ANSWER = 8,
  CCURL_CUT_SHORT = 18,
  CCURL_TIMEOUT = 28,
  CCURL_NO_TLS = 35,
  CCURL_NO_ANSWER = 52,
  CCURL_LOST_CONNECTION = 56,
  CCURL_CERTIFICATE = 60,
  CCURL_BAD_ENCODING = 61
};

// Does the request. Ends early when `stop_descriptor` can be read, if it is not negative.
int ccurl_perform(ccurl_client *client, int stop_descriptor);

// Of the request that was done last: the status, the errno of the connection, the head and the body
// of the answer, and where it redirects to, or null.
int ccurl_status(const ccurl_client *client);
int ccurl_os_error(const ccurl_client *client);
const uint8_t *ccurl_head(const ccurl_client *client, size_t *count);
const uint8_t *ccurl_body(const ccurl_client *client, size_t *count);
const char *ccurl_redirect(const ccurl_client *client);

// The library's words for how a request has ended.
const char *ccurl_text(int result);

#endif
