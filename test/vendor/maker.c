/*
 * A maker's library of our own: the ICC_Reader_* level as its page has it. It knows no card: each call goes over a Unix socket to the
 * test (the device name is the socket's path), and the reply says what to return, or how to break.
 *
 * request: function, slot, length (4, little endian), bytes
 * reply:   what to do, return code (4), length (4), bytes for the caller's buffer
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { RETURN, CRASH, HANG, EXIT };

static void whole(int line, void *bytes, size_t length, int out) {
  uint8_t *at = bytes;
  while (length > 0) {
    ssize_t done = out ? send(line, at, length, MSG_NOSIGNAL) : recv(line, at, length, 0);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

static long call(long line, uint8_t function, uint8_t slot, const void *bytes, uint32_t length, uint8_t *answer) {
  uint8_t head[6] = {function, slot, length, length >> 8, length >> 16, length >> 24};
  whole(line, head, sizeof head, 1);
  whole(line, (void *)bytes, length, 1);
  uint8_t reply[9];
  whole(line, reply, sizeof reply, 0);
  int32_t code;
  uint32_t size;
  memcpy(&code, reply + 1, 4);
  memcpy(&size, reply + 5, 4);
  uint8_t *data = malloc(size + 1);
  whole(line, data, size, 0);
  /* What a careless library does: its answers, and its commands, on the screen. */
  printf("function %d, %u bytes\n", function, size);
  fflush(stdout);
  if (reply[0] == CRASH) raise(SIGSEGV);
  if (reply[0] == EXIT) _exit(3);
  while (reply[0] == HANG) pause();
  if (answer != NULL) memcpy(answer, data, size);
  free(data);
  return code;
}

long ICC_Reader_Open(char *device) {
  struct sockaddr_un place = {.sun_family = AF_UNIX};
  if (strlen(device) >= sizeof place.sun_path) return -14;
  strcpy(place.sun_path, device);
  int line = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(line, (struct sockaddr *)&place, sizeof place) != 0) return -11;
  long code = call(line, 'O', 0, NULL, 0, NULL);
  return code < 0 ? code : line;
}

long ICC_Reader_Close(long handle) {
  long code = call(handle, 'C', 0, NULL, 0, NULL);
  close((int)handle);
  return code;
}

long ICC_Reader_PowerOn(long handle, unsigned char slot, unsigned char *answer) {
  return call(handle, 'P', slot, NULL, 0, answer);
}

long ICC_Reader_PowerOff(long handle, unsigned char slot) {
  return call(handle, 'F', slot, NULL, 0, NULL);
}

long ICC_Reader_Application(long handle, unsigned char slot, long length, unsigned char *command, unsigned char *answer) {
  return call(handle, 'A', slot, command, (uint32_t)length, answer);
}

#ifndef WITHOUT_STATUS
long ICC_Reader_GetStatus(long handle, unsigned char slot) {
  return call(handle, 'S', slot, NULL, 0, NULL);
}
#endif
