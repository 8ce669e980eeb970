"""What a decoder process gives up before it sees a stranger's file.

Limits of resources everywhere on Unix. On Linux, where the kernel has them, Landlock (no file but
Python's own can be opened, none changed, no program started, no TCP connection, no signal to
others) and seccomp (no socket, no new process, no change of a file or of its rights, no look into
other processes). All of it holds for root too. docs/photos-in.md says what each promises.
"""

import errno
import json
import logging
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import colorizer

logger = logging.getLogger(__name__)

_INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
_CLONE_THREAD = 0x00010000

# Refused with EPERM. What is not here either harms nobody or is needed to decode.
_FORBIDDEN = {
    "network": "socket socketpair connect bind listen accept accept4",
    "programs and processes": "execve execveat fork vfork kill tkill pidfd_open pidfd_getfd "
    "pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo ptrace process_vm_readv "
    "process_vm_writev process_madvise kcmp unshare setns seccomp",
    "files": "creat truncate fallocate rename renameat renameat2 unlink unlinkat link linkat "
    "symlink symlinkat mkdir mkdirat rmdir mknod mknodat open_by_handle_at name_to_handle_at "
    "memfd_create",
    "rights of files": "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes "
    "futimesat utimensat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr",
    "the machine": "mount umount2 pivot_root chroot move_mount fsopen open_tree bpf "
    "perf_event_open userfaultfd add_key request_key keyctl io_uring_setup io_uring_enter "
    "io_uring_register init_module finit_module delete_module kexec_load kexec_file_load reboot "
    "swapon swapoff sethostname setdomainname settimeofday clock_settime adjtimex clock_adjtime "
    "acct quotactl setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups "
    "capset setrlimit",
}


def start_confined(command: Sequence[str], task: Mapping[str, Any]) -> "subprocess.Popen[bytes]":
    """Start a process that is going to `confine` itself; its task is its last argument, as JSON.

    It inherits no secret, and is spoken to over its standard streams.
    """
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environment["OPENBLAS_NUM_THREADS"] = "1"
    return subprocess.Popen(
        [*command, json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        start_new_session=True,  # Ctrl-C in a terminal is for the parent
    )


def end_confined(process: "subprocess.Popen[bytes]") -> None:
    """End such a process at once, and let go of its streams."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()


def confine(memory: int, *, processor_seconds: int | None = None) -> None:
    """Confine this process for good.

    Args:
        memory: bytes of address space.
        processor_seconds: of all its threads together; then the kernel ends it (SIGXCPU).
    """
    seccomp = _seccomp()  # before Landlock: it starts a program to find its library
    _bound_resources(memory, processor_seconds)
    held = {"Landlock": _give_up_files(), "seccomp": _give_up_calls(seccomp)}
    if missing := [name for name, is_held in held.items() if not is_held]:
        logger.info("decoding without %s: see docs/photos-in.md", " and ".join(missing))


def _bound_resources(memory: int, processor_seconds: int | None) -> None:
    """No more memory and time, no bytes into files, no core dump; nothing of it on Windows."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if processor_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a parent that is gone needs no traceback


def _give_up_files() -> bool:
    """Let Landlock take all that is no reading of Python's own folders; whether it could."""
    try:
        from landlockpy import AccessFS, LandlockError, Ruleset
        from landlockpy.flags import LATEST_ABI, scope_for_abi
    except ImportError:
        return False
    try:
        with Ruleset(scoped=scope_for_abi(LATEST_ABI)) as rules:
            for folder in _folders_of_python():
                rules.allow_path(folder, AccessFS.READ_FILE | AccessFS.READ_DIR)
            rules.restrict()
    except LandlockError:
        return False
    return True


def _folders_of_python() -> list[Path]:
    """Return where modules and libraries lie that may be imported late."""
    paths = sysconfig.get_paths()
    names = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    names |= {"/usr/lib", "/lib", "/lib64", str(Path(colorizer.__file__).parent)}
    return [Path(name) for name in sorted(names) if Path(name).is_dir()]


def _seccomp() -> Any:
    """Return pyseccomp, or None where there is none or no library for it."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return None
    return pyseccomp


def _give_up_calls(pyseccomp: Any) -> bool:
    """Let seccomp refuse what a decoder never asks for; whether it could."""
    if pyseccomp is None:
        return False
    refused = pyseccomp.ERRNO(errno.EPERM)
    unknown = pyseccomp.ERRNO(errno.ENOSYS)
    try:
        rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        for name in " ".join(_FORBIDDEN.values()).split():
            try:
                rules.add_rule(refused, name)
            except OSError:
                continue  # a call that this kind of processor or this libseccomp does not know
        masked = pyseccomp.MASKED_EQ
        # Threads may be started, processes not. Two calls have their arguments in memory, where
        # no filter can look; without them the C library takes the older ones.
        rules.add_rule(refused, "clone", pyseccomp.Arg(0, masked, _CLONE_THREAD, 0))
        rules.add_rule(refused, "tgkill", pyseccomp.Arg(0, pyseccomp.NE, os.getpid()))
        rules.add_rule(unknown, "clone3")
        rules.add_rule(unknown, "openat2")
        rules.add_rule(refused, "prlimit64", pyseccomp.Arg(2, pyseccomp.NE, 0))
        for flag in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
            for name, place in (("openat", 2), ("open", 1)):
                rules.add_rule(refused, name, pyseccomp.Arg(place, masked, flag, flag))
        rules.load()
    except OSError:
        return False
    return True
