/*
 * Cure 2 for the virtual reader's 40 ms: preloaded into pcscd only, it switches Nagle's algorithm off on each accepted
 * connection. Compiled by build-bindings.mjs: gcc -shared -fPIC -O2 nodelay.c -o nodelay.so -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int accept(int listener, struct sockaddr *address, socklen_t *length) {
  static int (*real)(int, struct sockaddr *, socklen_t *);
  if (!real) real = dlsym(RTLD_NEXT, "accept");
  int connection = real(listener, address, length), on = 1;
  /* Fails without harm on the local socket of the clients. */
  if (connection >= 0) setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connection;
}
