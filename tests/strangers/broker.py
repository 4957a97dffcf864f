"""A RabbitMQ of one's own: random ports on 127.0.0.1, everything in a temporary folder, gone at the end."""

import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
PR_SET_PDEATHSIG = 1
READY_WITHIN_S = 60


def free_ports(count):
    """Ports that nobody uses now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def with_this_process():
    """The child is killed when this process ends, however that comes."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Broker:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="broker-"))
        self.processes = []
        try:
            for _ in range(3):
                if self.start():
                    return self
            raise RuntimeError("no broker: " + (self.folder / "output").read_text(errors="replace"))
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        port, epmd_port, distribution_port = free_ports(3)
        for name in ("mnesia", "log", "home"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{port}\ndisk_free_limit.absolute = 64MB\nvm_memory_high_watermark.absolute = 1GB\n")
        (self.folder / "env.conf").write_text("")
        (self.folder / "enabled_plugins").write_text("[].")
        environment = {
            **os.environ,
            "HOME": str(self.folder / "home"),
            "RABBITMQ_NODENAME": f"rmq{port}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
            # The script becomes the server then, so that its process is the one to end.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
        output = open(self.folder / "output", "ab")
        self.processes = [
            subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                             start_new_session=True, preexec_fn=with_this_process)
            for command in (["epmd", "-address", "127.0.0.1", "-port", str(epmd_port)], [SERVER])
        ]
        self.url = f"amqp://guest:guest@127.0.0.1:{port}/%2F"
        if self.is_ready(port):
            return True
        self.stop()
        return False

    def is_ready(self, port):
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.processes[1].poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                    line.sendall(b"AMQP\0\0\x09\x01")
                    if line.recv(1) == b"\x01":
                        return True
            except OSError:
                pass
            time.sleep(0.1)
        return False

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.processes = []
