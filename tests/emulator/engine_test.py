"""The engine itself: an engine that is wrong would prove nothing."""

import json
import unittest

import calls
from botocore.exceptions import ClientError
from calls import client
from world import world

HERE, THERE = "us-east-1", "us-west-2"
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}
NAME = {"Name": {"Type": "String", "Default": "first", "AllowedPattern": "[a-z]+", "MaxLength": 8}}


def template(resources, parameters=None, outputs=None):
    return {"Resources": resources, "Parameters": parameters or {}, "Outputs": outputs or {}}


class EngineTest(unittest.TestCase):
    def setUp(self):
        self.world = world()
        self.engine = self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.sets = 0

    # ---- what every test does

    def change(self, content, region=HERE, name="s", tags=None, **values):
        """Makes a change set and gives its description."""
        cloudformation, self.sets = client("cloudformation", region), self.sets + 1
        there = (region, name) in self.engine.stacks
        names = {"StackName": name, "ChangeSetName": f"c{self.sets}"}
        cloudformation.create_change_set(
            **names, ChangeSetType="UPDATE" if there else "CREATE", TemplateBody=json.dumps(content), Tags=tags or [],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()], Capabilities=["CAPABILITY_IAM"])
        cloudformation.describe_change_set(**names)
        return cloudformation.describe_change_set(**names)

    def deploy(self, content, region=HERE, name="s", **values):
        """Deploys; gives the status that the stack ends with."""
        made = self.change(content, region, name, **values)
        client("cloudformation", region).execute_change_set(ChangeSetName=made["ChangeSetId"])
        return self.status(region, name)

    def status(self, region=HERE, name="s"):
        found = "_IN_PROGRESS"
        while found.endswith("_IN_PROGRESS"):
            found = client("cloudformation", region).describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return found

    def queues(self):
        return sorted(url.rsplit("/", 1)[-1] for url in client("sqs", HERE).list_queues().get("QueueUrls", []))

    def refused(self, said, function, *arguments, **more):
        with self.assertRaises(ClientError) as caught:
            function(*arguments, **more)
        self.assertIn(said, str(caught.exception))

    # ---- templates and parameters

    def test_a_template_is_checked_before_anything_happens(self):
        topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Nobody"}}}
        self.refused("Unresolved resource dependencies [Nobody]", self.change, template({"A": topic}))
        asks = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::GetAtt": ["B", "Colour"]}}}
        self.refused("does not support attribute type Colour", self.change, template({"A": asks, "B": {"Type": "AWS::SNS::Topic"}}))
        circle = {name: {"Type": "AWS::SNS::Topic", "DependsOn": other} for name, other in (("A", "B"), ("B", "A"))}
        self.refused("Circular dependency between resources: [A, B]", self.change, template(circle))
        self.refused("Unrecognized resource types", self.change, template({"A": {"Type": "AWS::Bogus::Thing"}}))
        self.refused("extraneous key ['Colour']", self.change, template({"A": {"Type": "AWS::SNS::Topic", "Properties": {"Colour": "red"}}}))
        self.refused("'null' values are not allowed", self.change, template({"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": None}}}))
        self.assertEqual([], client("cloudformation", HERE).describe_stacks()["Stacks"])

    def test_parameters_are_held_against_their_constraints(self):
        content = template({"Q": QUEUE}, NAME)
        self.refused("must match pattern", self.change, content, Name="UPPER")
        self.refused("too short or too long", self.change, content, Name="muchtoolong")
        self.refused("do not exist in the template", self.change, content, Other="x")
        self.refused("must be 4096 bytes or less", self.change, template({"Q": QUEUE}, {"Name": {"Type": "String"}}), Name="x" * 4097)
        self.refused("must have values", self.change, template({"Q": QUEUE}, {"Name": {"Type": "String"}}))
        self.deploy(template({"Q": QUEUE}, {"Name": {**NAME["Name"], "NoEcho": True}}))
        shown = client("cloudformation", HERE).describe_stacks(StackName="s")["Stacks"][0]["Parameters"]
        self.assertEqual("****", shown[0]["ParameterValue"])

    def test_roles_need_a_capability(self):
        role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {"Statement": []}}}
        self.refused("CAPABILITY_NAMED_IAM", self.change, template({"R": role}))

    # ---- change sets

    def test_the_same_again_has_no_changes(self):
        content = template({"Q": QUEUE}, NAME)
        self.assertEqual("CREATE_COMPLETE", self.deploy(content))
        again = self.change(content)
        self.assertEqual(("FAILED", "UNAVAILABLE"), (again["Status"], again["ExecutionStatus"]))
        self.assertIn("didn't contain changes", again["StatusReason"])
        self.assertEqual("CREATE_COMPLETE", self.change(content, tags=[{"Key": "k", "Value": "v"}])["Status"])

    def test_a_stack_is_done_only_when_somebody_waits_for_it(self):
        made = self.change(template({"Q": QUEUE}, NAME))
        cloudformation = client("cloudformation", HERE)
        cloudformation.execute_change_set(ChangeSetName=made["ChangeSetId"])
        self.assertEqual("CREATE_IN_PROGRESS", cloudformation.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"])
        self.assertEqual([], self.queues())
        self.assertEqual("CREATE_COMPLETE", self.status())
        self.assertEqual(["first"], self.queues())

    def test_what_cannot_be_changed_is_replaced(self):
        self.deploy(template({"Q": QUEUE}, NAME))
        change = self.change(template({"Q": QUEUE}, NAME), Name="second")["Changes"][0]["ResourceChange"]
        self.assertEqual(("Modify", "True"), (change["Action"], change["Replacement"]))
        self.assertEqual("UPDATE_COMPLETE", self.deploy(template({"Q": QUEUE}, NAME), Name="second"))
        self.assertEqual(["second"], self.queues())
        kept = template({"Q": {**QUEUE, "UpdateReplacePolicy": "Retain"}}, NAME)
        self.deploy(kept, Name="second")
        self.deploy(kept, Name="third")
        self.assertEqual(["second", "third"], self.queues())

    def test_what_is_removed_goes_unless_it_is_retained(self):
        kept = {**QUEUE, "DeletionPolicy": "Retain", "Properties": {"QueueName": "kept"}}
        topic = {"T": {"Type": "AWS::SNS::Topic"}}
        self.deploy(template({"Q": QUEUE, "K": kept, **topic}, NAME))
        self.deploy(template(topic, NAME))
        self.assertEqual(["kept"], self.queues())

    # ---- failures

    def failing(self, policy):
        """A queue with a policy, then a topic that cannot be made."""
        calls.fail_next("sns", "CreateTopic", "ill today")
        topic = {"Type": "AWS::SNS::Topic", "DependsOn": "Q"}
        return template({"Q": {**QUEUE, "DeletionPolicy": policy}, "T": topic}, NAME)

    def test_a_creation_that_fails_is_rolled_back(self):
        self.assertEqual("ROLLBACK_COMPLETE", self.deploy(self.failing("RetainExceptOnCreate")))
        self.assertEqual([], self.queues())
        said = [event.get("ResourceStatusReason", "") for event in client("cloudformation", HERE).describe_stack_events(StackName="s")["StackEvents"]]
        self.assertTrue(any("ill today" in line for line in said))
        self.refused("ROLLBACK_COMPLETE state and can not be updated", self.change, template({"Q": QUEUE}, NAME))

    def test_retain_keeps_what_a_failed_creation_has_made(self):
        self.assertEqual("ROLLBACK_COMPLETE", self.deploy(self.failing("Retain")))
        self.assertEqual(["first"], self.queues())

    def test_an_update_that_fails_is_rolled_back(self):
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "VisibilityTimeout": 30}}
        self.deploy(template({"Q": queue}))
        calls.fail_next("sns", "CreateTopic", "ill today")
        changed = {**queue, "Properties": {"QueueName": "q", "VisibilityTimeout": 60}}
        more = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "more"}}
        status = self.deploy(template({"Q": changed, "M": more, "T": {"Type": "AWS::SNS::Topic", "DependsOn": ["Q", "M"]}}))
        self.assertEqual("UPDATE_ROLLBACK_COMPLETE", status)
        self.assertEqual(["q"], self.queues())
        sqs = client("sqs", HERE)
        hidden = sqs.get_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName="q")["QueueUrl"], AttributeNames=["VisibilityTimeout"])
        self.assertEqual("30", hidden["Attributes"]["VisibilityTimeout"])
        self.assertEqual("FAILED", self.change(template({"Q": queue}))["Status"])

    # ---- protection and the end

    def test_a_stack_policy_forbids_replacing(self):
        self.deploy(template({"Q": QUEUE}, NAME))
        policy = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
                                {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": "LogicalResourceId/Q"}]}
        client("cloudformation", HERE).set_stack_policy(StackName="s", StackPolicyBody=json.dumps(policy))
        self.assertEqual("UPDATE_ROLLBACK_COMPLETE", self.deploy(template({"Q": QUEUE}, NAME), Name="second"))
        self.assertEqual(["first"], self.queues())

    def test_a_protected_stack_cannot_be_deleted(self):
        self.deploy(template({"Q": QUEUE}, NAME))
        cloudformation = client("cloudformation", HERE)
        cloudformation.update_termination_protection(StackName="s", EnableTerminationProtection=True)
        self.refused("TerminationProtection is enabled", cloudformation.delete_stack, StackName="s")
        cloudformation.update_termination_protection(StackName="s", EnableTerminationProtection=False)
        cloudformation.delete_stack(StackName="s")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="s")
        self.assertEqual([], self.queues())
        self.refused("does not exist", cloudformation.describe_stacks, StackName="s")

    def test_a_resource_that_cannot_be_deleted_stops_the_deletion(self):
        self.deploy(template({"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "not-empty"}}}))
        client("s3", HERE).put_object(Bucket="not-empty", Key="k", Body=b"")
        client("cloudformation", HERE).delete_stack(StackName="s")
        self.assertEqual("DELETE_FAILED", self.status())

    # ---- values

    def test_values_come_from_functions_other_stacks_and_secrets(self):
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "s", "GenerateSecretString": {"SecretStringTemplate": '{"user": "me"}', "GenerateStringKey": "word"}}}
        outputs = {"Zone": {"Value": {"Fn::Select": [1, {"Fn::GetAZs": ""}]}},
                   "Text": {"Value": {"Fn::Join": ["-", [{"Fn::Select": [0, {"Fn::Split": [".", "a.b"]}]}, {"Fn::Sub": ["${X}-${!Y}-${AWS::Region}", {"X": "x"}]}]]}}}
        self.assertEqual("CREATE_COMPLETE", self.deploy(template({"S": secret}, outputs=outputs)))
        found = {one["OutputKey"]: one["OutputValue"] for one in client("cloudformation", HERE).describe_stacks(StackName="s")["Stacks"][0]["Outputs"]}
        self.assertEqual({"Zone": f"{HERE}b", "Text": f"a-x-${{Y}}-{HERE}"}, found)
        there = {"Fn::GetStackOutput": {"StackName": "s", "OutputName": "Zone", "Region": HERE}}
        topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": there, "DisplayName": "{{resolve:secretsmanager:s:SecretString:user}}"}}
        self.assertEqual("ROLLBACK_COMPLETE", self.deploy(template({"T": topic}), THERE, "t"))
        secrets = client("secretsmanager", THERE)
        secrets.create_secret(Name="s", SecretString='{"user": "you"}')
        self.assertEqual("CREATE_COMPLETE", self.deploy(template({"T": topic}), THERE, "u"))
        sns = client("sns", THERE)
        arn = sns.list_topics()["Topics"][0]["TopicArn"]
        self.assertTrue(arn.endswith(f":{HERE}b"))
        self.assertEqual("you", sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"])


if __name__ == "__main__":
    unittest.main()
