"""What must be true of a deployed platform: asked of the services with boto3, not of the engine."""

import base64
import json
import zipfile

from calls import client


class Checks:
    """Collects what is not as it should be, and counts what was looked at."""

    def __init__(self, deployer, engine):
        self.deployer, self.engine = deployer, engine
        self.findings, self.looked = [], {}

    def expect(self, what, truth, message):
        self.looked[what] = self.looked.get(what, 0) + 1
        if not truth:
            self.findings.append(message)

    def of(self, *kinds):
        """Every deployed resource of these types: its Region and what the engine knows of it."""
        for stack in self.engine.stacks.values():
            for resource in stack.resources.values():
                if resource.type in kinds:
                    yield stack.region, resource

    def run(self):
        """All checks. A platform that has a type is looked at for it."""
        for check in (self.stacks, self.outputs, self.buckets, self.databases, self.instances, self.keys, self.parameters, self.tables, self.secrets, self.topics, self.alarms, self.machines, self.caches, self.functions, self.apis, self.records):
            check()
        return self.findings

    def stacks(self):
        for stack in self.deployer.stacks.values():
            found = self.deployer.describe(stack)
            name = stack["id"]
            self.expect("stacks", found is not None and found["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, f"{name} is not there")
            if found is None:
                continue
            self.expect("stacks", self.deployer.resources(stack) == set(stack["resources"]), f"{name} does not have the resources that the manifest lists")
            self.expect("stacks", self.deployer.reached(stack) == stack["phase"], f"{name} has not reached phase {stack['phase']}")
            self.expect("stacks", found["EnableTerminationProtection"] == stack.get("termination_protection", False), f"{name}: termination protection")
            policy = client("cloudformation", stack["region"]).get_stack_policy(StackName=found["StackName"]).get("StackPolicyBody")
            self.expect("stacks", json.loads(policy or "null") == stack.get("stack_policy"), f"{name}: the stack policy is not the manifest's")

    def outputs(self):
        for output in self.deployer.manifest.get("outputs", []):
            found = self.deployer.describe(self.deployer.stacks[output["stack"]]) or {}
            told = [one for one in found.get("Outputs", []) if one["OutputKey"] == output["output"]]
            name = f"{output['name']} in {output['region']}"
            self.expect("outputs", len(told) == 1 and told[0]["OutputValue"], f"{output['stack']} does not tell {name}")
            self.expect("outputs", told and told[0].get("Description") == output.get("description"), f"{name} is described otherwise")

    def buckets(self):
        for region, bucket in self.of("AWS::S3::Bucket"):
            s3, name, wanted = client("s3", region), bucket.physical_id, bucket.properties
            place = s3.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
            self.expect("buckets", place == region, f"{name} is in {place}, not in {region}")
            self.expect("buckets", s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled", f"{name} is not versioned")
            rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
            self.expect("buckets", rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"aws:kms", "AES256"}, f"{name} is not encrypted")
            self.expect("buckets", all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()), f"{name} can be public")
            if "ReplicationConfiguration" in wanted:
                there = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
                asked = wanted["ReplicationConfiguration"]["Rules"]
                self.expect("replication", [r["Destination"]["Bucket"] for r in there] == [r["Destination"]["Bucket"] for r in asked]
                            and all(r["Status"] == "Enabled" for r in there), f"{name} is not copied as its template says")
        for _, policy in self.of("AWS::S3::BucketPolicy"):
            text = client("s3", "us-east-1").get_bucket_policy(Bucket=policy.physical_id)["Policy"]
            self.expect("bucket policies", json.loads(text)["Statement"], f"{policy.physical_id} has no policy")

    def databases(self):
        clusters = list(self.of("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster"))
        members = {}
        for region, _ in self.of("AWS::RDS::GlobalCluster", "AWS::DocDB::GlobalCluster"):
            for found in client("rds", region).describe_global_clusters()["GlobalClusters"]:
                members[found["GlobalClusterIdentifier"]] = found["GlobalClusterMembers"]
        for name, listed in members.items():
            writers = [member for member in listed if member["IsWriter"]]
            self.expect("global clusters", len(listed) >= 2 and len(writers) == 1, f"{name} has {len(listed)} members and {len(writers)} writers")
        for region, cluster in clusters:
            found = client("rds", region).describe_db_clusters(DBClusterIdentifier=cluster.physical_id)["DBClusters"][0]
            wanted = cluster.properties
            joined = {member["DBClusterArn"] for member in members.get(wanted.get("GlobalClusterIdentifier"), [])}
            self.expect("clusters", "GlobalClusterIdentifier" not in wanted or found["DBClusterArn"] in joined, f"{cluster.physical_id} is no member")
            self.expect("clusters", found["DeletionProtection"] and found["StorageEncrypted"], f"{cluster.physical_id} is not protected or not encrypted")
            self.expect("clusters", found["KmsKeyId"].split(":")[3] == region, f"{cluster.physical_id} has a key of another Region")
            self.expect("clusters", found["DBClusterMembers"], f"{cluster.physical_id} has no instance")

    def instances(self):
        for region, instance in self.of("AWS::RDS::DBInstance"):
            if "DBClusterIdentifier" in instance.properties:
                continue
            name, wanted = instance.physical_id, instance.properties
            found = client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
            followed = found.get("ReadReplicaSourceDBInstanceIdentifier") or None
            self.expect("instances", followed == wanted.get("SourceDBInstanceIdentifier"), f"{name} follows {followed}")
            self.expect("instances", found["DeletionProtection"] and found["StorageEncrypted"], f"{name} is not protected or not encrypted")
            self.expect("instances", found["KmsKeyId"].split(":")[3] == region, f"{name} has a key of another Region")
            if followed:
                source = client("rds", followed.split(":")[3]).describe_db_instances(DBInstanceIdentifier=followed.split(":")[-1])["DBInstances"][0]
                self.expect("instances", found["DBInstanceArn"] in source["ReadReplicaDBInstanceIdentifiers"], f"{followed} does not know of {name}")

    def keys(self):
        for region, copy in self.of("AWS::KMS::ReplicaKey"):
            home = copy.properties["PrimaryKeyArn"].split(":")[3]
            here, there = (client("kms", place).describe_key(KeyId=copy.physical_id)["KeyMetadata"] for place in (region, home))
            same = here["KeyId"] == there["KeyId"] and here["KeyUsage"] == there["KeyUsage"]
            self.expect("replicas of keys", same and here["MultiRegion"] and here["KeyState"] == "Enabled", f"{copy.physical_id} in {region} is not the key of {home}")

    def parameters(self):
        for region, parameter in self.of("AWS::SSM::Parameter"):
            found = client("ssm", region).get_parameter(Name=parameter.physical_id)["Parameter"]
            wanted = parameter.properties
            self.expect("parameters", (found["Type"], found["Value"]) == (wanted["Type"], wanted["Value"]), f"{parameter.physical_id} in {region} holds {found['Value']}")

    def tables(self):
        for _, table in self.of("AWS::DynamoDB::GlobalTable"):
            replicas = {replica["Region"]: replica for replica in table.properties["Replicas"]}
            regions = set(replicas)
            for region in sorted(regions):
                dynamodb = client("dynamodb", region)
                found = dynamodb.describe_table(TableName=table.physical_id)["Table"]
                others = {replica["RegionName"] for replica in found.get("Replicas", [])}
                self.expect("replicas of tables", found["TableStatus"] == "ACTIVE" and others == regions - {region}, f"{table.physical_id} in {region} has the replicas {others}")
                self.expect("replicas of tables", found["DeletionProtectionEnabled"], f"{table.physical_id} in {region} is not protected")
                recovery = dynamodb.describe_continuous_backups(TableName=table.physical_id)["ContinuousBackupsDescription"]
                status = recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
                wanted = replicas[region].get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False)
                self.expect("replicas of tables", (status == "ENABLED") == wanted, f"{table.physical_id} in {region}: point-in-time recovery is {status}")

    def secrets(self):
        for region, secret in self.of("AWS::SecretsManager::Secret"):
            value = client("secretsmanager", region).get_secret_value(SecretId=secret.physical_id)["SecretString"]
            for replica in secret.properties.get("ReplicaRegions", []):
                copied = client("secretsmanager", replica["Region"]).get_secret_value(SecretId=secret.properties["Name"])["SecretString"]
                self.expect("copies of secrets", copied == value, f"{secret.properties['Name']} is another one in {replica['Region']}")

    def topics(self):
        for region, topic in self.of("AWS::SNS::Topic"):
            sns = client("sns", region)
            listed = sns.list_subscriptions_by_topic(TopicArn=topic.physical_id)["Subscriptions"]
            asked = {(one["Protocol"], one["Endpoint"]) for one in topic.properties.get("Subscription", [])}
            self.expect("topics", {(one["Protocol"], one["Endpoint"]) for one in listed} == asked, f"{topic.physical_id} has not the subscribers of its template")
            key = sns.get_topic_attributes(TopicArn=topic.physical_id)["Attributes"].get("KmsMasterKeyId", "")
            self.expect("topics", key.split(":")[3:4] == [region], f"{topic.physical_id} is not encrypted with a key of {region}")

    def alarms(self):
        for region, alarm in self.of("AWS::CloudWatch::Alarm"):
            found = client("cloudwatch", region).describe_alarms(AlarmNames=[alarm.physical_id])["MetricAlarms"]
            self.expect("alarms", len(found) == 1, f"{alarm.physical_id} is not in {region}")
            topics = {topic["TopicArn"] for topic in client("sns", region).list_topics()["Topics"]}
            told = set(found[0]["AlarmActions"]) if found else set()
            self.expect("alarms", told and told <= topics, f"{alarm.physical_id} tells nobody who is in {region}")

    def machines(self):
        listed = {}
        for region, machine in self.of("AWS::StepFunctions::StateMachine"):
            found = client("stepfunctions", region).describe_state_machine(stateMachineArn=machine.physical_id)
            text = found["definition"]
            json.loads(text)
            self.expect("machines", "${" not in text.replace("$${", ""), f"{found['name']} has a placeholder left")
            listed.setdefault(region, []).append(text)
        for plan in self.deployer.manifest["plans"]:
            states = json.loads((self.deployer.folder / plan["definition"]).read_text(encoding="utf-8"))["States"]
            same = [text for text in listed.get(plan["region"], []) if set(json.loads(text)["States"]) == set(states)]
            self.expect("plans", same, f"the plan {plan['name']} has no machine in {plan['region']}")

    def caches(self):
        for region, nodes in self.of("AWS::ElastiCache::ReplicationGroup"):
            found = client("elasticache", region).describe_global_replication_groups(ShowMemberInfo=True)["GlobalReplicationGroups"]
            members = {member["ReplicationGroupId"] for one in found for member in one["Members"]}
            self.expect("cache nodes", nodes.physical_id in members, f"{nodes.physical_id} is in no datastore")

    def functions(self):
        for region, function in self.of("AWS::Lambda::Function"):
            found = client("lambda", region).get_function(FunctionName=function.physical_id)
            key = function.properties["Code"].get("S3Key")
            if key is None:
                continue
            listed = self.deployer.manifest["archives"][key]
            digest = base64.b64encode(bytes.fromhex(listed["sha256"])).decode()
            self.expect("code", found["Configuration"]["CodeSha256"] == digest, f"{function.physical_id} in {region} does not run {key}")
            with zipfile.ZipFile(self.deployer.folder / listed["file"]) as archive:
                self.expect("code", archive.testzip() is None and archive.namelist(), f"{key} is no archive")

    def apis(self):
        """Each route is a method that leads somewhere, and what is live has them."""
        for region, api in self.of("AWS::ApiGateway::RestApi"):
            gateway, name = client("apigateway", region), api.properties["Name"]
            listed = gateway.get_resources(restApiId=api.physical_id, embed=["methods"], limit=500)["items"]
            there = {f"{verb} {item['path']}" for item in listed for verb, method in item.get("resourceMethods", {}).items() if "methodIntegration" in method}
            asked = [method for _, method in self.of("AWS::ApiGateway::Method") if method.properties["RestApiId"] == api.physical_id]
            self.expect("APIs", there and len(there) == len(asked), f"{name} in {region} has the routes {sorted(there)}")
            for stage in gateway.get_stages(restApiId=api.physical_id)["item"]:
                deployed = {one["id"] for one in gateway.get_deployments(restApiId=api.physical_id)["items"]}
                logs = stage.get("accessLogSettings") and stage["methodSettings"].get("*/*", {}).get("loggingLevel") == "ERROR"
                self.expect("APIs", stage["deploymentId"] in deployed and logs, f"{name} in {region} is not deployed, or writes no log")
            open_routes = {method.physical_id for method in asked if method.properties["AuthorizationType"] == "NONE"}
            self.expect("APIs", len(open_routes) < len(asked), f"{name} in {region}: whoever asks is let in everywhere")

    def records(self):
        """Failover records come in pairs, each with a health check that is there."""
        pairs = {}
        for _, record in self.of("AWS::Route53::RecordSet"):
            if "Failover" in record.properties:
                pairs.setdefault((record.properties["HostedZoneId"], record.properties["Name"]), []).append(record.properties)
        route53 = client("route53", "us-east-1")
        for (zone, name), asked in pairs.items():
            listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
            found = {one["Failover"]: one for one in listed if one["Name"].rstrip(".") == name and "Failover" in one}
            self.expect("failover records", set(found) == {"PRIMARY", "SECONDARY"} and len(asked) == 2, f"{name} has {sorted(found)}")
            checks = {one["Id"] for one in route53.list_health_checks()["HealthChecks"]}
            self.expect("failover records", found and found["PRIMARY"].get("HealthCheckId") in checks, f"{name}: nothing takes traffic away from the first record")

    def fail_over(self):
        """Another Region writes now: nothing of that is the source's business."""
        count = 0
        for region, cluster in self.of("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster"):
            if "MasterUsername" in cluster.properties or "GlobalClusterIdentifier" not in cluster.properties:
                continue
            arn = client("rds", region).describe_db_clusters(DBClusterIdentifier=cluster.physical_id)["DBClusters"][0]["DBClusterArn"]
            client("rds", region).failover_global_cluster(
                GlobalClusterIdentifier=cluster.properties["GlobalClusterIdentifier"], TargetDbClusterIdentifier=arn, AllowDataLoss=True)
            count += 1
        for region, instance in self.of("AWS::RDS::DBInstance"):
            if "SourceDBInstanceIdentifier" in instance.properties:
                rds = client("rds", region)
                rds.promote_read_replica(DBInstanceIdentifier=instance.physical_id, BackupRetentionPeriod=7)
                found = rds.describe_db_instances(DBInstanceIdentifier=instance.physical_id)["DBInstances"][0]
                self.expect("promotions", not found.get("ReadReplicaSourceDBInstanceIdentifier"), f"{instance.physical_id} follows after its promotion")
                count += 1
        return count

    def fail_back(self):
        """The Region in which each database was created writes again, by the planned change, which is asked of today's writer."""
        for region, cluster in self.of("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster"):
            if "MasterUsername" not in cluster.properties or "GlobalClusterIdentifier" not in cluster.properties:
                continue
            identifier = cluster.properties["GlobalClusterIdentifier"]
            arn = client("rds", region).describe_db_clusters(DBClusterIdentifier=cluster.physical_id)["DBClusters"][0]["DBClusterArn"]
            members = client("rds", region).describe_global_clusters(GlobalClusterIdentifier=identifier)["GlobalClusters"][0]["GlobalClusterMembers"]
            writer = next(member["DBClusterArn"] for member in members if member["IsWriter"])
            self.expect("writers", writer != arn, f"{identifier} is written in {region} before the return")
            client("rds", writer.split(":")[3]).switchover_global_cluster(GlobalClusterIdentifier=identifier, TargetDbClusterIdentifier=arn)
