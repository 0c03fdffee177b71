"""The kernel as front ends use it: jupyter_kernel_test, and notebooks run by nbclient.

Run by `make kernel-test`, with the kernel made known to the environment of this Python.
"""

import os
import sys
import tempfile
import time
import unittest

import jupyter_kernel_test
import nbclient
import nbformat
from jupyter_client.manager import start_new_kernel

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TINY = os.path.abspath(os.path.join(TOP, "Tests", "References", "tiny-llama", "q8_0.gguf"))
DATA = '''dataset """
{"prompt": "one", "completion": "uno"}
{"prompt": "two", "completion": "dos"}
{"prompt": "three", "completion": "tres"}
{"prompt": "four", "completion": "cuatro"}
"""
split valid: 1, test: 1
'''


class SkilletKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "skillet"
    language_name = "skillet"
    file_extension = ".recipe"
    code_hello_world = "?lora"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "let a = 2\na + 1", "result": "3"},
    ]
    code_display_data = [{"code": "## *prose*", "mime": "text/markdown"}]
    code_generate_error = "lora rnk: 4"
    code_inspect_sample = "quantize"
    complete_code_samples = ["1 + 1", "load \"smollm2\""]
    incomplete_code_samples = ["for r in [1, 2] {", "dataset \"\"\""]
    invalid_code_samples = ["let = = 3"]
    completion_samples = [
        {"text": "quant", "matches": {"quantize "}},
        {"text": "lora ran", "matches": {"rank: "}},
    ]
    code_history_pattern = "1 [+*] 1"
    supported_history_operations = ("tail",)

    def test_execute_stdout(self):
        """Text is printed by help and generation only."""
        self.flush_channels()
        _, output = self.execute_helper(code="?rank")
        self.assertTrue(any(m["msg_type"] == "stream" for m in output))

    def test_history(self):
        self.flush_channels()
        self.execute_helper("1 + 1")
        self.execute_helper("1 * 1")
        self.kc.history(hist_access_type="tail", n=2)
        history = self.get_non_kernel_info_reply(timeout=10)["content"]["history"]
        self.assertEqual([entry[2] for entry in history][-2:], ["1 + 1", "1 * 1"])


class NotebookTests(unittest.TestCase):
    """Whole notebooks."""

    def run_cells(self, *cells, **options):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "skillet", "display_name": "Skillet"}},
        )
        with tempfile.TemporaryDirectory() as folder:
            client = nbclient.NotebookClient(
                notebook, timeout=600, resources={"metadata": {"path": folder}}, **options
            )
            client.execute()
        nbformat.validate(notebook)
        return notebook

    def test_a_fine_tune_runs_top_to_bottom(self):
        notebook = self.run_cells(
            f'seed 1\nload "{TINY}"',
            DATA,
            "lora rank: 2",
            "let run = train steps: 8, lr: 1e-2",
            "plot loss",
            "let after = eval\nassert after.loss < 100",
            'save "out"',
        )
        kinds = [
            key
            for cell in notebook.cells
            for output in cell.outputs
            for key in output.get("data", {})
        ]
        self.assertIn("image/svg+xml", kinds)
        self.assertIn("application/vnd.vegalite.v5+json", kinds)
        self.assertIn("application/vnd.skillet.value+json", kinds)
        self.assertEqual(
            [cell.execution_count for cell in notebook.cells], list(range(1, 8))
        )

    def test_a_mistake_stops_the_notebook(self):
        with self.assertRaises(nbclient.exceptions.CellExecutionError):
            self.run_cells("1 + 1", "lora rnk: 4", "2 + 2")

    def test_the_demo_runs(self):
        """The recipe of `make demo` as cells: what its runs are worth is the recipe's own claim."""
        with tempfile.TemporaryDirectory() as folder:
            recipe = open(os.path.join(TOP, "recipes", "demo.recipe"), encoding="utf8").read()
            os.symlink(os.path.join(TOP, "examples"), os.path.join(folder, "examples"))
            place = os.path.join(folder, "recipes")
            os.mkdir(place)
            notebook = nbformat.v4.new_notebook(
                cells=[nbformat.v4.new_code_cell(part) for part in recipe.split("\n\n") if part.strip()],
                metadata={"kernelspec": {"name": "skillet", "display_name": "Skillet"}},
            )
            client = nbclient.NotebookClient(
                notebook, timeout=1200, resources={"metadata": {"path": place}}
            )
            client.execute()
        nbformat.validate(notebook)


class InterruptTests(unittest.TestCase):
    """A training is stopped, and what it has learnt is kept."""

    def test_an_interrupt_keeps_the_adapter_and_stops_what_waits(self):
        manager, client = start_new_kernel(kernel_name="skillet")
        try:
            for cell in [f'load "{TINY}"', DATA, "lora rank: 2"]:
                reply = client.execute_interactive(cell, timeout=60, output_hook=lambda _: None)
                self.assertEqual(reply["content"]["status"], "ok", reply["content"])
            training = client.execute("let run = train steps: 2000000, lr: 1e-3")
            waiting = client.execute("1 + 1")
            time.sleep(3)
            manager.interrupt_kernel()
            replies = {}
            while len(replies) < 2:
                message = client.get_shell_msg(timeout=60)
                replies[message["parent_header"]["msg_id"]] = message["content"]
            self.assertEqual(replies[training]["status"], "ok")
            self.assertEqual(replies[waiting]["status"], "aborted")
            texts = []

            def hook(message):
                data = message["content"].get("data", {})
                texts.append(data.get("text/plain", ""))

            reply = client.execute_interactive("run.steps", timeout=60, output_hook=hook)
            self.assertEqual(reply["content"]["status"], "ok")
            steps = int([text for text in texts if text][-1].replace(",", ""))
            self.assertTrue(0 < steps < 2000000, steps)
        finally:
            client.stop_channels()
            start = time.time()
            manager.shutdown_kernel()
            self.assertLess(time.time() - start, 4)


if __name__ == "__main__":
    os.environ["SKILLET_MODELS"] = os.path.abspath(os.path.join(TOP, "models"))
    sys.exit(unittest.main(verbosity=2))
