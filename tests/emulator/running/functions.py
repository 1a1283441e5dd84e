"""Functions, executed: the code that was deployed, by Node. Only the SDK is ours: each command becomes a call of botocore, and each request
over HTTPS one that `front.py` answers."""

import dataclasses
import io
import json
import os
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

from botocore.exceptions import ClientError
from moto.awslambda.utils import get_backend

from calls import ACCOUNT, client
from gaps import Gap

RUNNER = Path(__file__).parent / "runner.cjs"
# What may be loaded beside the SDK, of which Lambda brings version 3 along.
IMPORTED = re.compile(r"""import\s*\{([^}]*)\}\s*from\s*["'](@aws-sdk/[a-z0-9-]+)["']""")
REQUIRED = re.compile(r"""require\(["'](@aws-sdk/[a-z0-9-]+)["']\)""")


@dataclasses.dataclass
class Made:
    """A call that a function has made."""

    function: str
    region: str
    service: str
    operation: str
    to: str
    given: dict


class NoAnswer(Exception):
    """Nobody answers: the Region is lost."""


class Functions:
    """The functions of an account, each unpacked once."""

    def __init__(self, account):
        self.account, self.calls = account, []
        self._scratch = tempfile.TemporaryDirectory()
        self._unpacked = {}

    def close(self):
        self._scratch.cleanup()

    def run(self, region, name, event):
        """Runs a function; what `lambda:Invoke` gives: `StatusCode`, `Payload`, and `FunctionError` if it has failed."""
        configuration = client("lambda", region).get_function_configuration(FunctionName=name)
        folder = self._unpack(get_backend(ACCOUNT, region).get_function(configuration["FunctionName"]).code_bytes)
        module, _, export = configuration["Handler"].rpartition(".")
        place = {
            "PATH": os.environ["PATH"], "AWS_REGION": region, "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
            **configuration.get("Environment", {}).get("Variables", {}),
        }
        child = subprocess.Popen(["node", RUNNER, folder, module, export, str(self.account.milliseconds())], env=place,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            found = self._talk(child, region, configuration["FunctionName"], event)
        finally:
            child.stdin.close()
            child.stdout.close()
            said = child.stderr.read()
            child.stderr.close()
            child.kill()
            child.wait()
        if found is None:
            raise Gap(f"{name} in {region} ends without an answer: {said[-2000:]}")
        payload = json.dumps(found.get("result"))
        if "error" in found:
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": json.dumps(found["error"])}
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload}

    def _talk(self, child, region, name, event):
        """Answers what the function asks until it is done."""

        def tell(message):
            child.stdin.write(json.dumps(message, default=str) + "\n")
            child.stdin.flush()

        tell(event)
        for line in child.stdout:
            asked = json.loads(line)
            if "id" not in asked:
                return asked
            try:
                tell({"id": asked["id"], "result": self._answer(region, name, asked)})
            except ClientError as error:
                told = error.response["Error"]
                tell({"id": asked["id"], "error": {"name": told["Code"], "message": told["Message"]}})
            except NoAnswer as error:
                tell({"id": asked["id"], "error": {"name": "TimeoutError", "message": str(error)}})
        return None

    def _answer(self, region, name, asked):
        if "url" in asked:
            status, body = self.account.front.request(asked.get("method", "GET"), asked["url"])
            return {"status": status, "body": body}
        service = asked["package"].removeprefix("@aws-sdk/client-")
        self.calls.append(Made(name, region, service, asked["operation"], asked["region"], asked["input"]))
        return self.account.call(service, asked["operation"], asked["region"], asked["input"])

    def _unpack(self, code):
        """The folder of an archive, with an SDK beside it that asks us."""
        if code not in self._unpacked:
            folder = Path(self._scratch.name) / str(len(self._unpacked))
            with zipfile.ZipFile(io.BytesIO(code)) as archive:
                archive.extractall(folder)
            names = {}
            for file in [*folder.rglob("*.js"), *folder.rglob("*.mjs")]:
                text = file.read_text(encoding="utf-8")
                for listed, package in IMPORTED.findall(text):
                    names.setdefault(package, set()).update(word.split(" as ")[0].strip() for word in listed.split(",") if word.strip())
                for package in REQUIRED.findall(text):
                    names.setdefault(package, set())
            for package, exported in names.items():
                self._stub(folder / "node_modules" / package, package, exported)
            self._unpacked[code] = folder
        return self._unpacked[code]

    def _stub(self, folder, package, exported):
        folder.mkdir(parents=True)
        entries = {"import": "./index.mjs", "require": "./index.cjs"}
        (folder / "package.json").write_text(json.dumps({"name": package, "exports": entries}), encoding="utf-8")
        (folder / "index.cjs").write_text(f"module.exports = globalThis.sdkOf({json.dumps(package)});\n", encoding="utf-8")
        lines = [f"const sdk = globalThis.sdkOf({json.dumps(package)});", *(f"export const {name} = sdk.{name};" for name in sorted(exported))]
        (folder / "index.mjs").write_text("\n".join(lines) + "\n", encoding="utf-8")
