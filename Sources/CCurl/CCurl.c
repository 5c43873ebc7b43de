#include "CCurl.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// The numbers of <curl/curl.h> and <curl/multi.h>, which never change.
enum {
  OPTION_WRITE_DATA = 10001,
  OPTION_URL = 10002,
  OPTION_PROXY = 10004,
  OPTION_USER_AGENT = 10018,
  OPTION_HEADERS = 10023,
  OPTION_HEADER_DATA = 10029,
  OPTION_POST_SIZE = 60,
  OPTION_VERIFY_PEER = 64,
  OPTION_VERIFY_HOST = 81,
  OPTION_NO_SIGNAL = 99,
  OPTION_ACCEPT_ENCODING = 10102,
  OPTION_AUTHENTICATION = 107,
  OPTION_TIMEOUT = 155,
  OPTION_CONNECT_TIMEOUT = 156,
  OPTION_COPY_POST = 10165,
  OPTION_USER = 10173,
  OPTION_PASSWORD = 10174,
  OPTION_PROTOCOLS = 181,
  OPTION_WRITE = 20011,
  OPTION_HEADER = 20079,
};
enum { AUTHENTICATION_BASIC = 1, PROTOCOLS_HTTP_HTTPS = 3, GLOBAL_ALL = 3, MESSAGE_DONE = 1 };
enum { INFO_STATUS = 0x200002, INFO_OS_ERROR = 0x200019, INFO_REDIRECT = 0x10001f };
enum { WAIT_IN = 1, WRITE_FAILED = 23 };

typedef struct {
  int kind;
  void *easy;
  union {
    void *any;
    int result;
  } data;
} message;

typedef struct {
  int descriptor;
  short events;
  short happened;
} wait_descriptor;

static struct {
  int (*global_init)(long);
  void *(*easy_init)(void);
  void (*easy_reset)(void *);
  void (*easy_cleanup)(void *);
  int (*easy_setopt)(void *, int, ...);
  int (*easy_getinfo)(void *, int, ...);
  const char *(*easy_strerror)(int);
  void *(*multi_init)(void);
  int (*multi_add_handle)(void *, void *);
  int (*multi_remove_handle)(void *, void *);
  int (*multi_perform)(void *, int *);
  int (*multi_poll)(void *, wait_descriptor *, unsigned, int, int *);
  message *(*multi_info_read)(void *, int *);
  int (*multi_cleanup)(void *);
  void *(*slist_append)(void *, const char *);
  void (*slist_free_all)(void *);
} curl;

int ccurl_load(void) {
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
  static int is_loaded;
  if (is_loaded) return 1;
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (!library) return 0;
  const struct {
    const char *name;
    void *function;
  } needed[] = {
    {"curl_global_init", &curl.global_init},
    {"curl_easy_init", &curl.easy_init},
    {"curl_easy_reset", &curl.easy_reset},
    {"curl_easy_cleanup", &curl.easy_cleanup},
    {"curl_easy_setopt", &curl.easy_setopt},
    {"curl_easy_getinfo", &curl.easy_getinfo},
    {"curl_easy_strerror", &curl.easy_strerror},
    {"curl_multi_init", &curl.multi_init},
    {"curl_multi_add_handle", &curl.multi_add_handle},
    {"curl_multi_remove_handle", &curl.multi_remove_handle},
    {"curl_multi_perform", &curl.multi_perform},
    {"curl_multi_poll", &curl.multi_poll},
    {"curl_multi_info_read", &curl.multi_info_read},
    {"curl_multi_cleanup", &curl.multi_cleanup},
    {"curl_slist_append", &curl.slist_append},
    {"curl_slist_free_all", &curl.slist_free_all},
  };
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    void *found = dlsym(library, needed[i].name);
    if (!found) return 0;
    memcpy(needed[i].function, &found, sizeof found);
  }
  is_loaded = curl.global_init(GLOBAL_ALL) == 0;
  return is_loaded;
}

typedef struct {
  uint8_t *bytes;
  size_t count, room, limit;
  int failure;
} buffer;

struct ccurl_client {
  void *multi, *easy, *headers;
  buffer head, body;
};

// What libcurl calls with more bytes: less than all of them ends the request.
static size_t append(char *bytes, size_t size, size_t number, void *to) {
  buffer *buffer = to;
  size_t count = size * number;
  if (count > buffer->limit - buffer->count) {
    buffer->failure = CCURL_TOO_LARGE;
    return 0;
  }
  if (count > buffer->room - buffer->count) {
    size_t room = buffer->room * 2 > 4096 ? buffer->room * 2 : 4096;
    while (room < buffer->count + count) room *= 2;
    uint8_t *moved = realloc(buffer->bytes, room);
    if (!moved) {
      buffer->failure = CCURL_NO_MEMORY;
      return 0;
    }
    buffer->bytes = moved;
    buffer->room = room;
  }
  if (count > 0) memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
  return count;
}

ccurl_client *ccurl_make(void) {
  ccurl_client *client = calloc(1, sizeof *client);
  if (!client) return NULL;
  client->multi = curl.multi_init();
  client->easy = curl.easy_init();
  if (client->multi && client->easy) return client;
  ccurl_free(client);
  return NULL;
}

void ccurl_free(ccurl_client *client) {
  if (client->easy) curl.easy_cleanup(client->easy);
  if (client->multi) curl.multi_cleanup(client->multi);
  if (client->headers) curl.slist_free_all(client->headers);
  free(client->head.bytes);
  free(client->body.bytes);
  free(client);
}

void ccurl_begin(ccurl_client *client, const char *url, size_t body_limit) {
  curl.easy_reset(client->easy);
  if (client->headers) curl.slist_free_all(client->headers);
  client->headers = NULL;
  free(client->body.bytes);
  free(client->head.bytes);
  client->head = (buffer){.limit = 256 << 10};
  client->body = (buffer){.limit = body_limit};
  curl.easy_setopt(client->easy, OPTION_URL, url);
  curl.easy_setopt(client->easy, OPTION_PROTOCOLS, (long)PROTOCOLS_HTTP_HTTPS);
  curl.easy_setopt(client->easy, OPTION_NO_SIGNAL, 1L);
  curl.easy_setopt(client->easy, OPTION_USER_AGENT, "traceview");
  curl.easy_setopt(client->easy, OPTION_ACCEPT_ENCODING, "");
  curl.easy_setopt(client->easy, OPTION_WRITE, append);
  curl.easy_setopt(client->easy, OPTION_WRITE_DATA, &client->body);
  curl.easy_setopt(client->easy, OPTION_HEADER, append);
  curl.easy_setopt(client->easy, OPTION_HEADER_DATA, &client->head);
}

void ccurl_set_user(ccurl_client *client, const char *user, const char *password) {
  curl.easy_setopt(client->easy, OPTION_AUTHENTICATION, (long)AUTHENTICATION_BASIC);
  curl.easy_setopt(client->easy, OPTION_USER, user);
  curl.easy_setopt(client->easy, OPTION_PASSWORD, password);
}

void ccurl_add_header(ccurl_client *client, const char *line) {
  void *longer = curl.slist_append(client->headers, line);
  if (longer) client->headers = longer;
}

void ccurl_set_body(ccurl_client *client, const uint8_t *bytes, size_t count) {
  curl.easy_setopt(client->easy, OPTION_POST_SIZE, (long)count);
  curl.easy_setopt(client->easy, OPTION_COPY_POST, bytes);
}

void ccurl_set_timeout(ccurl_client *client, long connect_milliseconds, long milliseconds) {
  curl.easy_setopt(client->easy, OPTION_CONNECT_TIMEOUT, connect_milliseconds);
  curl.easy_setopt(client->easy, OPTION_TIMEOUT, milliseconds);
}

void ccurl_set_insecure(ccurl_client *client) {
  curl.easy_setopt(client->easy, OPTION_VERIFY_PEER, 0L);
  curl.easy_setopt(client->easy, OPTION_VERIFY_HOST, 0L);
}

void ccurl_set_direct(ccurl_client *client) {
  curl.easy_setopt(client->easy, OPTION_PROXY, "");
}

int ccurl_perform(ccurl_client *client, int stop_descriptor) {
  curl.easy_setopt(client->easy, OPTION_HEADERS, client->headers);
  if (curl.multi_add_handle(client->multi, client->easy) != 0) return CCURL_NO_MEMORY;
  int result = CCURL_STOPPED, running = 1;
  while (1) {
    if (curl.multi_perform(client->multi, &running) != 0) {
      result = CCURL_NO_MEMORY;
      break;
    }
    if (running == 0) {
      int left;
      message *done = curl.multi_info_read(client->multi, &left);
      result = done && done->kind == MESSAGE_DONE ? done->data.result : CCURL_NO_MEMORY;
      break;
    }
    wait_descriptor stop = {.descriptor = stop_descriptor, .events = WAIT_IN};
    unsigned count = stop_descriptor >= 0 ? 1 : 0;
    if (curl.multi_poll(client->multi, &stop, count, 1000, NULL) != 0) {
      result = CCURL_NO_MEMORY;
      break;
    }
    if (stop.happened != 0) break;
  }
  curl.multi_remove_handle(client->multi, client->easy);
  if (result == WRITE_FAILED && client->body.failure) return client->body.failure;
  if (result == WRITE_FAILED && client->head.failure) return client->head.failure;
  return result;
}

int ccurl_status(const ccurl_client *client) {
  long status = 0;
  curl.easy_getinfo(client->easy, INFO_STATUS, &status);
  return (int)status;
}

int ccurl_os_error(const ccurl_client *client) {
  long error = 0;
  curl.easy_getinfo(client->easy, INFO_OS_ERROR, &error);
  return (int)error;
}

const uint8_t *ccurl_head(const ccurl_client *client, size_t *count) {
  *count = client->head.count;
  return client->head.bytes;
}

const uint8_t *ccurl_body(const ccurl_client *client, size_t *count) {
  *count = client->body.count;
  return client->body.bytes;
}

const char *ccurl_redirect(const ccurl_client *client) {
  const char *url = NULL;
  curl.easy_getinfo(client->easy, INFO_REDIRECT, &url);
  return url;
}

const char *ccurl_text(int result) { return curl.easy_strerror(result); }
