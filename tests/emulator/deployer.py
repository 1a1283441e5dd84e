"""Deploys a platform from its manifest alone: phases, waves, parameters and outputs as it says them."""

import json
import re
from pathlib import Path

from calls import ACCOUNT, client, partition

PHASE = "drc:phase"
PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
INLINE_BYTES = 51_200


class Failed(Exception):
    """A stack could not be deployed. `stack` is its id, `rule` what stopped it, as the engine knows it."""

    def __init__(self, stack, reason, rule=""):
        super().__init__(f"{stack}: {reason}")
        self.stack, self.reason, self.rule = stack, reason, rule


class Deployer:
    """A compiled folder and the values of its parameters: `NAME`, or `NAME@REGION` where the manifest wants one for each Region."""

    def __init__(self, folder, values, engine):
        self.folder, self.values, self.engine = Path(folder), values, engine
        self.manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        if self.manifest.get("version") != 2:
            raise ValueError(f"{folder}: manifest version {self.manifest.get('version')}, not 2")
        self.stacks = {stack["id"]: stack for stack in self.manifest["stacks"]}

    # ---- names and values

    def text(self, text, region):
        """A name or a tag with its placeholders put in."""
        suffix = "amazonaws.com.cn" if partition(region) == "aws-cn" else "amazonaws.com"
        known = {"AWS::AccountId": ACCOUNT, "AWS::Partition": partition(region), "AWS::URLSuffix": suffix}
        return PLACEHOLDER.sub(lambda found: known.get(found[1]) or self.value(found[1], region), text)

    def value(self, name, region):
        """The value of a declared parameter in a Region."""
        declared = self.manifest["parameters"][name]
        for key in (f"{name}@{region}", name):
            if key in self.values:
                return self.values[key]
        # What an environment file gave when the platform was compiled.
        if "value" in declared:
            return declared["value"][region] if isinstance(declared["value"], dict) else declared["value"]
        if "default" not in declared:
            raise Failed(name, "this parameter has no value")
        return str(declared["default"])

    def name(self, stack):
        return self.text(stack["name"], stack["region"])

    def output(self, stack_id, output):
        stack = self.stacks[stack_id]
        found = self.describe(stack)
        listed = {one["OutputKey"]: one["OutputValue"] for one in (found or {}).get("Outputs", [])}
        if output not in listed:
            raise Failed(stack_id, f"it has no output {output}", "deployer.output")
        return listed[output]

    def describe(self, stack):
        """What CloudFormation says of a stack, or nothing."""
        cloudformation = client("cloudformation", stack["region"])
        try:
            found = cloudformation.describe_stacks(StackName=self.name(stack))["Stacks"][0]
        except cloudformation.exceptions.ClientError:
            return None
        return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found

    def reached(self, stack):
        """The phase that a stack has reached, 0 if it is not there."""
        found = self.describe(stack)
        return int({tag["Key"]: tag["Value"] for tag in (found or {}).get("Tags", [])}.get(PHASE, "0"))

    # ---- before anything happens

    def refuse(self):
        """What the manifest says must not be deployed over what is there."""
        lowest = {}
        for phase in self.manifest["phases"]:
            for stack_id, step in phase["stacks"].items():
                lowest.setdefault(stack_id, step["phase"])
        owners = {}
        for stack in self.stacks.values():
            reached, present = self.reached(stack), self.resources(stack)
            owners.update({(stack["region"], name): stack["id"] for name in present})
            late = [name for name, resource in stack["resources"].items() if resource.get("later") and name not in present]
            if reached > lowest.get(stack["id"], reached) and late:
                raise Failed(stack["id"], f"it has reached phase {reached} and lacks {', '.join(late)}: compile with --deployed", "deployer.later")
            if stack.get("deployed_phase", 0) > reached:
                raise Failed(stack["id"], f"it has reached phase {reached}, the manifest takes {stack['deployed_phase']} for granted", "deployer.deployed")
        for stack in self.stacks.values():
            for name, resource in stack["resources"].items():
                owner = owners.get((stack["region"], name), stack["id"])
                if resource.get("stateful") and owner != stack["id"]:
                    raise Failed(stack["id"], f"{name} holds data and is in {owner}", "deployer.moved")

    def resources(self, stack):
        """The logical ids that a stack has."""
        if self.describe(stack) is None:
            return set()
        pages = client("cloudformation", stack["region"]).get_paginator("list_stack_resources").paginate(StackName=self.name(stack))
        return {one["LogicalResourceId"] for page in pages for one in page["StackResourceSummaries"]}

    # ---- the way itself

    def deploy(self, backwards=False):
        """All phases. What may run side by side is started together; `backwards` looks after the last one first. Gives what became of
        each step: `created`, `updated`, `unchanged` or `skipped`."""
        self.refuse()
        done = []
        for number, phase in enumerate(self.manifest["phases"], 1):
            for wave in phase["waves"]:
                started = [self.start(phase["stacks"][stack_id], self.stacks[stack_id]) for stack_id in wave]
                for stack_id, begun in list(zip(wave, started, strict=True))[:: -1 if backwards else 1]:
                    done.append((number, stack_id, self.finish(self.stacks[stack_id], begun)))
        return done

    def start(self, step, stack):
        """Makes and executes the change set of one stack."""
        reached = self.reached(stack)
        if reached > step["phase"] and not step.get("last"):
            return "skipped"
        for key in step.get("archives", []):
            self.upload(stack["region"], key, self.folder / self.manifest["archives"][key]["file"])
        cloudformation = client("cloudformation", stack["region"])
        name, there = self.name(stack), self.describe(stack) is not None
        tags = {**{key: self.text(value, stack["region"]) for key, value in stack["tags"].items()}, PHASE: str(max(reached, step["phase"]))}
        set_name = f"drc-{len(self.engine.stacks)}-{self.engine.made}"
        cloudformation.create_change_set(
            StackName=name, ChangeSetName=set_name, ChangeSetType="UPDATE" if there else "CREATE", Capabilities=stack["capabilities"],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()], **self.template(step, stack),
            Parameters=[{"ParameterKey": key, "ParameterValue": self.source(source, stack)} for key, source in step["parameters"].items()],
        )
        found = cloudformation.describe_change_set(StackName=name, ChangeSetName=set_name)
        while found["Status"] not in {"CREATE_COMPLETE", "FAILED"}:
            found = cloudformation.describe_change_set(StackName=name, ChangeSetName=set_name)
        if found["Status"] == "FAILED":
            cloudformation.delete_change_set(StackName=name, ChangeSetName=set_name)
            if "didn't contain changes" not in found["StatusReason"]:
                raise Failed(stack["id"], found["StatusReason"])
            return "unchanged"
        if there and stack.get("stack_policy"):
            cloudformation.set_stack_policy(StackName=name, StackPolicyBody=json.dumps(stack["stack_policy"]))
        cloudformation.execute_change_set(StackName=name, ChangeSetName=set_name)
        return "updated" if there else "created"

    def template(self, step, stack):
        """The template itself, or where it is stored if it is too long for the call."""
        text = (self.folder / step["template"]).read_text(encoding="utf-8")
        if len(text.encode()) <= INLINE_BYTES:
            return {"TemplateBody": text}
        key = f"{step['sha256']}.json"
        bucket = self.upload(stack["region"], key, self.folder / step["template"])
        suffix = self.text("${AWS::URLSuffix}", stack["region"])
        return {"TemplateURL": f"https://{bucket}.s3.{stack['region']}.{suffix}/{key}"}

    def upload(self, region, key, file):
        """Brings a file into the bucket of a Region, unless it is there; gives the bucket."""
        artifacts = self.manifest["artifacts"][region]
        s3, bucket = client("s3", region), self.output(artifacts["stack"], artifacts["output"])
        try:
            s3.head_object(Bucket=bucket, Key=key)
        except s3.exceptions.ClientError:
            s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())
        return bucket

    def source(self, source, stack):
        if source["from"] == "param":
            return self.value(source["name"], source.get("region", stack["region"]))
        return self.output(source["stack"], source["output"])

    def finish(self, stack, begun):
        """Waits until a stack is done, and protects it."""
        if begun in {"skipped", "unchanged"}:
            return begun
        found = self.describe(stack)
        while found["StackStatus"].endswith("_IN_PROGRESS"):
            found = self.describe(stack)
        if found["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            known = self.engine.find(stack["region"], self.name(stack))
            raise Failed(stack["id"], next(event for event in known.events if "FAILED" in event["ResourceStatus"] or "ROLLBACK" in event["ResourceStatus"])
                         .get("ResourceStatusReason", found["StackStatus"]), known.stopped_by)
        cloudformation = client("cloudformation", stack["region"])
        if begun == "created":
            if stack.get("termination_protection"):
                cloudformation.update_termination_protection(StackName=self.name(stack), EnableTerminationProtection=True)
            if stack.get("stack_policy"):
                cloudformation.set_stack_policy(StackName=self.name(stack), StackPolicyBody=json.dumps(stack["stack_policy"]))
        return begun
