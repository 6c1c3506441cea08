"""Runs a program on a pseudo-terminal of its own, and plays the person in front of it.

argv: a JSON list of steps, then the program. A step is ["see", text], ["type", text] or ["signal", name]. Prints one JSON
object: exit code, all that was shown, whether typing was hidden at each "type", whether the terminal was set back.
"""
import fcntl, json, os, pty, select, signal, sys, termios

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
before = termios.tcgetattr(slave)
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.execv(program[0], program)

shown, seen, status, hidden = b"", 0, None, []


def look():
    """Takes what is shown within a moment. Nothing any more once the program has ended and all was taken."""
    global shown, status
    if select.select([master], [], [], 0.1)[0]:
        shown += os.read(master, 4096)
        return True
    if status is None:
        ended, how = os.waitpid(child, os.WNOHANG)
        status = how if ended else None
    return status is None


for what, text in steps:
    if what == "see":
        while (at := shown.find(text.encode(), seen)) < 0 and look():
            pass
        seen = at + len(text.encode()) if at >= 0 else len(shown)
    elif what == "type":
        hidden.append(not termios.tcgetattr(slave)[3] & termios.ECHO)
        os.write(master, text.encode())
    elif status is None:
        os.kill(child, getattr(signal, text))
while look():
    pass
print(json.dumps({
    "code": os.waitstatus_to_exitcode(status),
    "shown": shown.decode(errors="replace"),
    "hidden": hidden,
    "restored": termios.tcgetattr(slave) == before,
}))
