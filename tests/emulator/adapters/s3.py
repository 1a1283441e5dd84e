"""S3: buckets with versioning, encryption, replication; their policies."""

import copy
import json

from calls import answer, precondition, state
from gaps import Gap

from .base import Adapter, Given, Made, arguments, exists

VERSIONED = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-and-other-bucket-configs.html"
ENCRYPTED = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"

# Moto keeps a part of a replication configuration only; this is the whole.
replications = state(dict)
# Moto applies a policy as if its conditions were always true; this is what was put.
policies = state(dict)


def _versioned(call, bucket):
    found = exists(call.client("s3").get_bucket_versioning, Bucket=bucket)
    return found is not None and found.get("Status") == "Enabled"


@precondition("s3.replication-source-versioned", VERSIONED, "s3", "PutBucketReplication")
def source_versioned(call):
    """The bucket that is copied is versioned."""
    if not _versioned(call, call.params["Bucket"]):
        raise call.refuse("InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration")


def _destinations(call):
    for rule in call.params["ReplicationConfiguration"]["Rules"]:
        yield rule, rule["Destination"]["Bucket"].split(":::")[-1]


@precondition("s3.replication-destination-exists", VERSIONED, "s3", "PutBucketReplication")
def destination_exists(call):
    """The bucket that takes the copies is there."""
    for _, bucket in _destinations(call):
        if exists(call.client("s3").head_bucket, Bucket=bucket) is None:
            raise call.refuse("InvalidRequest", f"Destination bucket must exist. ({bucket})")


@precondition("s3.replication-destination-versioned", VERSIONED, "s3", "PutBucketReplication")
def destination_versioned(call):
    """The bucket that takes the copies is versioned."""
    for _, bucket in _destinations(call):
        if not _versioned(call, bucket):
            raise call.refuse("InvalidRequest", f"Destination bucket must have versioning enabled. ({bucket})")


@precondition("s3.replication-replica-key", ENCRYPTED, "s3", "PutBucketReplication")
def replica_key(call):
    """Who copies objects under a KMS key says which key of the other Region the copies get."""
    for rule, bucket in _destinations(call):
        selected = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {}).get("Status") == "Enabled"
        key = rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
        if selected and not key:
            raise call.refuse("InvalidRequest", "Replica Kms Key ID must be specified if SseKmsEncryptedObjects tag is present")
        place = call.client("s3").get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1"
        if key and key.startswith("arn:") and key.split(":")[3] != place:
            raise call.refuse("InvalidRequest", f"The key {key} is not in {place}, where the copies are")


@precondition("s3.versioning-while-replicated", VERSIONED, "s3", "PutBucketVersioning")
def versioning_while_replicated(call):
    """Versioning cannot be suspended while a replication rule needs it."""
    if call.params["VersioningConfiguration"].get("Status") != "Enabled" and call.params["Bucket"] in replications:
        raise call.refuse("InvalidBucketState", "A replication configuration is present on this bucket, so you cannot change the versioning state.")


@answer("s3", "PutBucketReplication")
def put_replication(call, forward):
    response = forward(call.params)
    replications[call.params["Bucket"]] = copy.deepcopy(call.params["ReplicationConfiguration"])
    return response


@answer("s3", "GetBucketReplication")
def get_replication(call, forward):
    response = forward(call.params)
    return {**response, "ReplicationConfiguration": copy.deepcopy(replications[call.params["Bucket"]])}


@answer("s3", "PutBucketPolicy")
def put_policy(call, forward):
    """Statements with conditions are kept back from moto: `deny what does not come over TLS` would deny everything."""
    document = json.loads(call.params["Policy"])
    document["Statement"] = [statement for statement in document["Statement"] if "Condition" not in statement]
    response = forward({**call.params, "Policy": json.dumps(document)})
    policies[call.params["Bucket"]] = call.params["Policy"]
    return response


@answer("s3", "GetBucketPolicy")
def get_policy(call, forward):
    return {**forward(call.params), "Policy": policies[call.params["Bucket"]]}


@answer("s3", "DeleteBucketReplication", "DeleteBucketPolicy", "DeleteBucket")
def drop(call, forward):
    response = forward(call.params)
    if call.operation != "DeleteBucketPolicy":
        replications.pop(call.params["Bucket"], None)
    if call.operation != "DeleteBucketReplication":
        policies.pop(call.params["Bucket"], None)
    return response


class Bucket(Adapter):
    kind = "AWS::S3::Bucket"
    adapted = "moto keeps replication rules in part; here they are kept whole and S3's preconditions are checked"

    def create(self, scope, properties):
        s3 = scope.client("s3")
        name = properties.take("BucketName") or scope.name(63, lower=True)
        place = {} if scope.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": scope.region}}
        owned = properties.take("OwnershipControls")
        s3.create_bucket(Bucket=name, **place)
        if owned:
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=owned)
        try:
            self._put(s3, name, Given(), properties)
        except Exception:
            # CloudFormation deletes what it could not finish.
            s3.delete_bucket(Bucket=name)
            raise
        arn = f"arn:{scope.partition}:s3:::{name}"
        return Made(name, {"Arn": arn, "DomainName": f"{name}.s3.amazonaws.com", "RegionalDomainName": f"{name}.s3.{scope.region}.amazonaws.com"})

    def update(self, scope, physical_id, old, new):
        for properties in (old, new):
            properties.take("BucketName")
        self._put(scope.client("s3"), physical_id, old, new)

    def _put(self, s3, name, old, new):
        """What has changed, in an order in which S3 takes it: versioning before replication, and after it on the way back."""
        steps = {
            "PublicAccessBlockConfiguration": lambda value: s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=value),
            "BucketEncryption": lambda value: s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=_encryption(value)),
            "VersioningConfiguration": lambda value: s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=value),
            "LifecycleConfiguration": lambda value: s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=_lifecycle(value)),
            "Tags": lambda value: s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": value}),
            "OwnershipControls": lambda value: s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=value),
            "ReplicationConfiguration": lambda value: s3.put_bucket_replication(
                **arguments("s3", "PutBucketReplication", {"Bucket": name, "ReplicationConfiguration": value})),
        }
        undo = {
            "ReplicationConfiguration": lambda: s3.delete_bucket_replication(Bucket=name),
            "LifecycleConfiguration": lambda: s3.delete_bucket_lifecycle(Bucket=name),
            "VersioningConfiguration": lambda: s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"}),
            "BucketEncryption": lambda: s3.delete_bucket_encryption(Bucket=name),
            "PublicAccessBlockConfiguration": lambda: s3.delete_public_access_block(Bucket=name),
            "Tags": lambda: s3.delete_bucket_tagging(Bucket=name),
        }
        if unknown := set(new) - set(steps):
            raise Gap(f"the adapter of {self.kind} does not know {', '.join(sorted(unknown))}")
        for key, remove in undo.items():
            if key in old and key not in new:
                remove()
        for key, put in steps.items():
            if key in new and new[key] != old.get(key):
                put(new[key])

    def delete(self, scope, physical_id, properties):
        scope.client("s3").delete_bucket(Bucket=physical_id)


def _encryption(value):
    rules = []
    for rule in value["ServerSideEncryptionConfiguration"]:
        rule = dict(rule)
        rules.append({"ApplyServerSideEncryptionByDefault": rule.pop("ServerSideEncryptionByDefault"), **rule})
    return {"Rules": rules}


def _lifecycle(value):
    rules = []
    for rule in value["Rules"]:
        rule = Given(rule)
        made = {"Status": rule.take("Status"), "Filter": {"Prefix": rule.take("Prefix", default="")}}
        if identity := rule.take("Id"):
            made["ID"] = identity
        if days := rule.take("ExpirationInDays"):
            made["Expiration"] = {"Days": int(days)}
        if transitions := rule.take("Transitions"):
            made["Transitions"] = [{"StorageClass": one["StorageClass"], "Days": int(one["TransitionInDays"])} for one in transitions]
        for key in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
            if inner := rule.take(key):
                made[key] = {name: int(number) for name, number in inner.items()}
        rule.done("a lifecycle rule")
        rules.append(made)
    return {"Rules": rules}


class BucketPolicy(Adapter):
    kind = "AWS::S3::BucketPolicy"
    adapted = "moto does not look at conditions"

    def create(self, scope, properties):
        self.update(scope, properties["Bucket"], None, properties)
        return Made(properties["Bucket"])

    def update(self, scope, physical_id, old, new):
        scope.client("s3").put_bucket_policy(**arguments("s3", "PutBucketPolicy", new, PolicyDocument="Policy"))

    def delete(self, scope, physical_id, properties):
        scope.client("s3").delete_bucket_policy(Bucket=physical_id)
