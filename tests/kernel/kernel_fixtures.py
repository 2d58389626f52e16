"""Real kernels as a Jupyter server starts them, front ends on them, and the environments that they run in."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from front_end import FrontEnd

from table_copilot_jupyter.kernel.bundle import Bundle
from table_copilot_jupyter.kernel.remote import RemoteKernels

STAND_IN = Path(__file__).with_name("stand_in.py").read_text()


@pytest.fixture
def imports():
    """Forgets what a test has imported, and how."""
    modules, importers = set(sys.modules), list(sys.meta_path)
    yield
    sys.meta_path[:] = importers
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.fixture(scope="session")
def stand_in():
    """A bundle with the operations of ``stand_in.py``."""
    return Bundle({"entry": STAND_IN})


@pytest.fixture
async def kernel_manager(jupyter_directories):
    """jupyter_server's manager of kernels, as its configuration leaves it but for the transport."""
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from traitlets.config import Config

    with tempfile.TemporaryDirectory(prefix="kernels-") as sockets:  # short: a socket's path is at most 107 bytes long
        manager = AsyncMappingKernelManager(
            config=Config(KernelManager={"transport": "ipc"}),
            root_dir=str(jupyter_directories.root),
            connection_dir=sockets,
        )
        yield manager
        await manager.shutdown_all(now=True)
        manager.context.destroy(linger=0)


@pytest.fixture
async def kernels(kernel_manager, stand_in):
    """Links to its kernels."""
    kernels = RemoteKernels(kernel_manager, lambda kernel_id: f"notebook of {kernel_id}", bundle=lambda: stand_in)
    yield kernels
    await kernels.close()


@pytest.fixture
async def kernel_id(kernel_manager):
    """A fresh kernel of this Python."""
    return await kernel_manager.start_kernel()


@pytest.fixture
def link(kernels, kernel_id):
    return kernels.link(kernel_id)


@pytest.fixture
async def front_end(kernel_manager, kernel_id):
    """A front end of that kernel, such as a notebook that shows its output."""
    async with FrontEnd(kernel_manager, kernel_id) as front_end:
        yield front_end


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory):
    """The Python of an environment with pandas and ipykernel 6, which has no subshells, and with nothing of ours."""
    folder = tmp_path_factory.mktemp("environment") / "bare"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "ipykernel>=6.29,<7", "pandas"]
    subprocess.run(install, check=True)
    return python
