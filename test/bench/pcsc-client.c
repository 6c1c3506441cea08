/* The C client of the benchmark: `pcsc-client <reader>`; for each line with a number on stdin it sends a 16-byte echo
 * command that often and prints the nanoseconds of one exchange. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

static void must(const char *what, LONG code) {
  if (code == SCARD_S_SUCCESS) return;
  fprintf(stderr, "%s: 0x%08lX\n", what, (unsigned long)code);
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  SCARDCONTEXT context;
  SCARDHANDLE card;
  DWORD protocol, length;
  static unsigned char command[16] = {0x80, 0xEC, 0, 0, 0x0A, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x10}, answer[65544];
  must("establish", SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
  must("connect", SCardConnect(context, argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0, &card, &protocol));
  for (char line[32]; fgets(line, sizeof line, stdin);) {
    long rounds = atol(line);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < rounds; i++) {
      length = sizeof answer;
      must("transmit", SCardTransmit(card, SCARD_PCI_T0, command, sizeof command, NULL, answer, &length));
      if (length != 18 || memcmp(answer, command, 16)) return 3;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.0f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / rounds);
    fflush(stdout);
  }
  must("disconnect", SCardDisconnect(card, SCARD_LEAVE_CARD));
  must("release", SCardReleaseContext(context));
  return 0;
}
