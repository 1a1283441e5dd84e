"""The whole life of a platform that runs: deployed, used, failed over, deployed, used, failed back, deployed.

    cycle_test.py FOLDER

What AWS does by itself is done by `running/`: it executes machines, functions, alarms, the API, and DNS, all of them as they were deployed.
The platform has one switched name, one database, and a drill.
"""

import contextlib
import json
import shlex
import sys
import time
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parent.parent / "machines"))

import cli
import platform_test
from calls import GAPS, client
from gaps import Gap
from platform_test import changed, ready
from running.account import CHECKS, Account
from running.ways import Ways
from world import world

# Of these the platform is made: nothing may be simulated.
NEVER_SIMULATED = (
    *platform_test.NEVER_SIMULATED, "AWS::SQS::", "AWS::Events::", "AWS::Lambda::", "AWS::Route53::", "AWS::ApiGateway::",
)
SIMULATED_AT_MOST = 0.15
# After so many minutes every alarm has looked back as far as it does.
SETTLED = 6
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Cycle:
    """One platform on its way, and what was found on it."""

    def __init__(self, deployer, engine, account):
        self.deployer, self.engine, self.account = deployer, engine, account
        self.plans, self.findings, self.lines = deployer.manifest["plans"], [], []
        self.ways, self.commands = Ways(engine, account, self.findings), cli.CommandLine()

    def expect(self, truth, message):
        if not truth:
            self.findings.append(message)
        return truth

    def note(self, line):
        self.lines.append(line)

    # ---- what is so now

    def writer(self):
        """The Region that writes the database."""
        members = client("rds", "us-east-1").describe_global_clusters()["GlobalClusters"][0]["GlobalClusterMembers"]
        return next(member["DBClusterArn"].split(":")[3] for member in members if member["IsWriter"])

    def switch(self, region):
        """Whether the switch of a Region is on: its item, and what its alarm says."""
        table = next(one.physical_id for one in self.ways.of("AWS::DynamoDB::GlobalTable") if one.properties["KeySchema"][0]["AttributeName"] == "region")
        item = client("dynamodb", region).get_item(TableName=table, Key={"region": {"S": region}}, ConsistentRead=True).get("Item", {})
        alarm = next(one.physical_id for one in self.ways.of("AWS::CloudWatch::Alarm", region) if one.properties["MetricName"] == "Taken" and one.properties["Statistic"] == "Maximum")
        found = client("cloudwatch", region).describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["StateValue"]
        return item.get("taken", {}).get("N", "0") == "1", found

    def alarms(self, region):
        """The alarms that are on."""
        found = client("cloudwatch", region).describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return sorted(alarm["AlarmName"] for alarm in found)

    # ---- steps

    def deployed(self, when):
        """Deploying again changes nothing."""
        self.findings += [f"deployed again {when}, {what}" for what in changed(self.deployer)]

    def execute(self, plan):
        """Starts a plan with the command that the manifest has for it; its machine has to succeed within its bound."""
        name, command = f"{plan['kind']} {plan['name']} in {plan['region']}", self.deployer.text(plan["command"], plan["region"])
        program, *arguments = shlex.split(command)
        code, out, err = self.commands.run(arguments, self.deployer.folder, CREDENTIALS)
        if not self.expect(program == "aws" and code == 0, f"{name}: {command} ends with {code}: {err.decode()}"):
            return
        result = self.account.execute(json.loads(out)["executionArn"])
        self.note(f"{name}: {result.status} after {result.seconds:.0f} s of {plan['bound_seconds']:.0f} s, {len(result.visits)} states")
        self.expect(result.status == "SUCCEEDED", f"{name} ends with {result.status}: {result.error} {result.cause}")
        self.expect(result.seconds <= plan["bound_seconds"], f"{name} takes {result.seconds:.0f} s, its bound is {plan['bound_seconds']:.0f} s")

    def stands(self, when, writer, taken):
        """Who writes, which Region is answered with, which switches are on; no alarm but theirs is."""
        self.expect(self.writer() == writer, f"{when}: {self.writer()} writes, not {writer}")
        answered = self.account.front.answers(self.ways.name)[0]
        self.expect(answered == writer, f"{when}: {self.ways.name} is answered by {answered}, not by {writer}")
        for region in self.account.regions:
            wanted = (region in taken, "ALARM" if region in taken else "OK")
            self.expect(self.switch(region) == wanted, f"{when}: the switch of {region} is {self.switch(region)}, not {wanted}")
            on = [name for name in self.alarms(region) if not name.endswith("-taken-over")]
            self.expect(not on, f"{when}: the alarms {on} of {region} are on")

    def rehearse(self):
        for plan in self.plans:
            if plan["kind"] == "drill":
                self.execute(plan)

    def plan(self, kind, away):
        """The plan of a kind that leaves a Region."""
        return next(plan for plan in self.plans if plan["kind"] == kind and plan["from"] == away)

    def lose(self, region, other):
        """A Region is lost; the other one notices, and the plan that leaves the lost one is carried out. Then it is back."""
        self.account.lost = {region}
        self.account.pass_by(SETTLED)
        # The prober's own, and in the Region in which Route 53 tells what its checks see that one, too.
        noticed = [name for name in self.alarms(other) if "unanswered" in name]
        self.expect(len(noticed) == (2 if other == CHECKS else 1), f"{region} is lost, and of {other} the alarms {self.alarms(other)} are on")
        self.execute(self.plan("failover", region))
        self.expect(self.switch(other) == (True, "ALARM"), f"{region} is lost, and the switch of {other} is {self.switch(other)}")
        self.ways.order(f"while {region} is lost", other)
        self.account.lost = set()
        self.account.pass_by(SETTLED)

    def run(self):
        home = self.writer()
        away = next(region for region in self.account.regions if region != home)
        self.account.pass_by(SETTLED)
        # Until the first drill, nobody has said that the platform is ready.
        self.rehearse()
        self.account.pass_by(1)
        self.stands("after the deployment", home, set())
        self.ways.try_all("after the deployment", home)

        self.lose(home, away)
        self.stands("after the failover", away, {away})
        self.deployed("after the failover")
        self.stands("deployed after the failover", away, {away})
        self.ways.try_all("after the failover", away)
        self.rehearse()

        self.execute(self.plan("failback", away))
        self.account.pass_by(SETTLED)
        self.stands("after the failback", home, set())
        self.deployed("after the failback")
        self.stands("deployed after the failback", home, set())
        self.ways.try_all("after the failback", home)
        self.rehearse()

        # The Region that has taken over is lost in its turn.
        self.lose(home, away)
        self.lose(away, home)
        self.stands("after the second failover", home, {home, away})
        self.deployed("after the second failover")
        # The plans that leave the Region which was lost last: its switch is cleared, and then the other one, if a plan does that.
        back = [plan for plan in self.plans if plan["kind"] == "failback" and plan["from"] == away]
        for plan in sorted(back, key=lambda plan: plan["region"] == home):
            self.execute(plan)
            self.account.pass_by(SETTLED)
        self.stands("after the return", home, {plan["region"] for plan in self.plans if plan["kind"] == "failover"} - {plan["region"] for plan in back})


def main(folder):
    """The cycle; what it took."""
    began, name = time.time(), Path(folder).name
    with world() as engine:
        deployer = ready(folder, engine)
        deployer.deploy()
        counts, wrong = platform_test.report(engine, NEVER_SIMULATED)
        with contextlib.closing(Account(deployer.manifest["platform"]["regions"].values())) as account:
            cycle = Cycle(deployer, engine, account)
            cycle.findings += wrong
            cycle.expect(counts["simulated"] <= SIMULATED_AT_MOST * sum(counts.values()), f"{counts['simulated']} of {sum(counts.values())} are simulated")
            cycle.deployed("at once")
            cycle.run()
            cycle.findings += cycle.ways.permissions()
            lines = [*cycle.lines, cycle.ways.summary()]
    findings = [*cycle.findings, *(f"the emulator has a gap: {gap}" for gap in GAPS)]
    for line in [*lines, *findings]:
        print(f"{name}: {line}")
    print(f"{name}: {counts['created']} created, {counts['adapted']} adapted, {counts['simulated']} simulated; {time.time() - began:.0f} s; {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Gap as gap:
        sys.exit(f"{Path(sys.argv[1]).name}: the emulator has a gap: {gap}")
