"use strict";
// What the machines' calls find: a small model of the services, in which an order takes its time to be carried out.
// Only what the actions of the library and of the judged projects call is here; a call that is missing fails the judge, so that a new action brings its answer along.

const { StateError } = require("./interpreter.cjs");

/** How long a store takes to change its writer. */
const CHANGE_SECONDS = 100;
/** How long it takes until anything else that was ordered is so. */
const NOTE_SECONDS = 40;

class World {
  constructor() {
    this.stores = new Map();
    this.notes = new Map();
    this.items = [];
    this.log = [];
  }

  /** One answer. */
  answer(service, operation, given, now) {
    const key = `${service}:${operation}`;
    this.log.push({ key, given, now });
    const handler = ANSWERS[key];
    if (!handler) throw new Error(`world.cjs has no answer for ${key}`);
    return { value: handler(this, given, now), seconds: 1 };
  }

  /** A later day: what was under way is done, and nothing is noted. */
  settle() {
    for (const store of this.stores.values()) {
      store.writer = store.change?.to ?? store.writer;
      store.change = undefined;
    }
    for (const note of [...this.notes.values(), ...this.items]) note.at = -Infinity;
    this.log = [];
  }

  /** Orders that something is so; it will be after a while. */
  note(name, value, now) {
    this.notes.set(name, { value, at: now + NOTE_SECONDS * 1000 });
    return {};
  }

  /** What was ordered, once it is so. */
  since(name, now) {
    const note = this.notes.get(name);
    return note && now >= note.at ? note.value : undefined;
  }

  /** Keeps an item of a table; it is there after a while. */
  put(table, item, now) {
    this.items.push({ table, item, at: now + NOTE_SECONDS * 1000 });
    return {};
  }

  /** The item of a table that has this key, as it is now. */
  item(table, key, now) {
    const has = (item) => Object.entries(key).every(([name, value]) => JSON.stringify(item[name]) === JSON.stringify(value));
    return this.items.findLast((kept) => kept.table === table && now >= kept.at && has(kept.item))?.item;
  }

  /** A store with one writer, as it is now. */
  store(name, now) {
    if (!this.stores.has(name)) this.stores.set(name, { writer: "the-lost-writer", change: undefined });
    const store = this.stores.get(name);
    const changing = store.change !== undefined && now < store.change.at;
    if (store.change && !changing) store.writer = store.change.to;
    const members = new Set([store.writer, "another-reader", ...(store.change ? [store.change.to] : [])]);
    return { writer: store.writer, changing, members: [...members] };
  }

  /** Orders another writer; an order while one is carried out is refused with the error. */
  order(name, to, now, error) {
    if (this.store(name, now).changing) throw new StateError(error, "a change is under way");
    this.stores.get(name).change = { to, at: now + CHANGE_SECONDS * 1000 };
  }
}

function globalCluster(world, given, now) {
  const { writer, changing, members } = world.store(given.GlobalClusterIdentifier, now);
  return {
    GlobalClusterIdentifier: given.GlobalClusterIdentifier,
    Status: changing ? "failing-over" : "available",
    GlobalClusterMembers: members.map((arn) => ({ DbClusterArn: arn, IsWriter: arn === writer, Readers: [] })),
  };
}

function changeCluster(world, given, now) {
  world.order(given.GlobalClusterIdentifier, given.TargetDbClusterIdentifier, now, "Rds.InvalidGlobalClusterStateException");
  return { GlobalCluster: globalCluster(world, given, now) };
}

function globalDatastore(world, given, now) {
  const { writer, changing, members } = world.store(given.GlobalReplicationGroupId, now);
  return {
    GlobalReplicationGroupId: given.GlobalReplicationGroupId,
    Status: changing ? "modifying" : "available",
    Members: members.map((group) => ({
      ReplicationGroupId: group,
      Role: group === writer ? "PRIMARY" : "SECONDARY",
      Status: "associated",
    })),
  };
}

/** Tables that are there only after they were restored. */
const RESTORED = ["patients", "scans"];

const ANSWERS = {
  "lambda:invoke": () => ({ StatusCode: 200, Payload: "{}" }),
  "rds:describeGlobalClusters": (world, given, now) => ({ GlobalClusters: [globalCluster(world, given, now)] }),
  "rds:failoverGlobalCluster": changeCluster,
  "rds:switchoverGlobalCluster": changeCluster,
  "rds:describeDBClusters": (_, given) => ({ DbClusters: [{ DbClusterIdentifier: given.DbClusterIdentifier, Status: "available" }] }),
  // A replica, until it was promoted.
  "rds:describeDBInstances": (world, given, now) => {
    const promoted = world.since(`instance ${given.DbInstanceIdentifier}`, now);
    const instance = { DbInstanceIdentifier: given.DbInstanceIdentifier, DbInstanceStatus: "available" };
    if (promoted) return { DbInstances: [instance] };
    const follows = { ReadReplicaSourceDBInstanceIdentifier: "arn:of-the-source", StatusInfos: [{ Normal: true, Status: "replicating" }] };
    return { DbInstances: [{ ...instance, ...follows }] };
  },
  "rds:promoteReadReplica": (world, given, now) => {
    const name = `instance ${given.DbInstanceIdentifier}`;
    if (world.notes.has(name)) throw new StateError("Rds.InvalidDbInstanceStateException", "it is being promoted, or was");
    return world.note(name, true, now);
  },
  "docdb:describeGlobalClusters": (world, given, now) => ({ GlobalClusters: [globalCluster(world, given, now)] }),
  "docdb:failoverGlobalCluster": changeCluster,
  "docdb:switchoverGlobalCluster": changeCluster,
  "docdb:describeDBClusters": (_, given) => ({ DbClusters: [{ DbClusterIdentifier: given.DbClusterIdentifier, Status: "available" }] }),
  "elasticache:describeGlobalReplicationGroups": (world, given, now) => ({ GlobalReplicationGroups: [globalDatastore(world, given, now)] }),
  "elasticache:failoverGlobalReplicationGroup": (world, given, now) => {
    const error = "ElastiCache.InvalidGlobalReplicationGroupStateException";
    world.order(given.GlobalReplicationGroupId, given.PrimaryReplicationGroupId, now, error);
    return { GlobalReplicationGroup: globalDatastore(world, given, now) };
  },
  "elasticache:describeReplicationGroups": (_, given) => ({
    ReplicationGroups: [{ ReplicationGroupId: given.ReplicationGroupId, Status: "available" }],
  }),
  "dynamodb:describeTable": (world, given, now) => {
    if (RESTORED.includes(given.TableName) && world.since(`table ${given.TableName}`, now) === undefined) {
      throw new StateError("DynamoDb.ResourceNotFoundException", "there is no such table");
    }
    return { Table: { TableName: given.TableName, TableStatus: "ACTIVE" } };
  },
  "dynamodb:getItem": (world, given, now) => ({ Item: world.item(given.TableName, given.Key, now) }),
  "dynamodb:putItem": (world, given, now) => world.put(given.TableName, given.Item, now),
  // All is well, but for the switch that was set: an alarm that tells that it is on.
  "cloudwatch:describeAlarms": (world, given, now) => ({
    MetricAlarms: given.AlarmNames.map((name) => ({ StateValue: /taken-?over/i.test(name) && world.since("Taken", now) === 1 ? "ALARM" : "OK" })),
  }),
  "cloudwatch:getMetricStatistics": () => ({ Datapoints: [{ SampleCount: 15 }] }),
  "cloudwatch:putMetricData": (world, given, now) => world.note(given.MetricData[0].MetricName, given.MetricData[0].Value, now),
  "route53:listResourceRecordSets": (world, given, now) => ({ ResourceRecordSets: world.since(`record ${given.StartRecordName}`, now) ?? [] }),
  "route53:changeResourceRecordSets": (world, given, now) => {
    const records = given.ChangeBatch.Changes.map((change) => change.ResourceRecordSet);
    return world.note(`record ${records[0].Name}`, records, now);
  },
  "backup:listRecoveryPointsByBackupVault": () => ({ RecoveryPoints: [{ RecoveryPointArn: "arn:of-a-recovery-point", Status: "COMPLETED" }] }),
  "backup:startRestoreJob": (world, given, now) => world.note(`table ${given.Metadata.targetTableName}`, true, now),
  "ecs:describeServices": (world, given, now) => ({
    Services: given.Services.map((service) => ({ Status: "ACTIVE", RunningCount: world.since(service, now) ?? 1 })),
  }),
  "ecs:updateService": (world, given, now) => world.note(given.Service, given.DesiredCount, now),
  "ecr:describeRepositories": (_, given) => ({ Repositories: given.RepositoryNames.map((name) => ({ RepositoryName: name })) }),
  "eventbridge:describeEventBus": (_, given) => ({ Name: given.Name }),
  "lambda:getFunctionConfiguration": () => ({ State: "Active" }),
  "lambda:getFunction": () => ({ Configuration: { State: "Active" } }),
  "lambda:getEventSourceMapping": (world, given, now) => ({ State: world.since(given.Uuid, now) ?? "Updating" }),
  "lambda:updateEventSourceMapping": (world, given, now) => world.note(given.Uuid, given.Enabled ? "Enabled" : "Disabled", now),
  "autoscaling:updateAutoScalingGroup": (world, given, now) => world.note("servers", given.DesiredCapacity, now),
  "elasticloadbalancingv2:describeTargetHealth": (world, given, now) => ({
    TargetHealthDescriptions: Array.from({ length: world.since("servers", now) ?? 0 }, () => ({ TargetHealth: { State: "healthy" } })),
  }),
  "kms:describeKey": (_, given) => ({ KeyMetadata: { KeyId: given.KeyId, KeyState: "Enabled" } }),
  "ssm:getParameter": (_, given) => ({ Parameter: { Name: given.Name, Value: "a value" } }),
  "secretsmanager:describeSecret": (_, given) => ({ Name: given.SecretId }),
  "sqs:getQueueAttributes": () => ({ Attributes: { QueueArn: "arn:of-a-queue" } }),
  "s3:getBucketVersioning": () => ({ Status: "Enabled" }),
  "sns:publish": () => ({ MessageId: "message" }),
};

/** Whether an operation only looks. */
const looks = (operation) => /^(describe|list|get|head|batchGet|query|scan)/.test(operation);
/** Whether an operation only tells. */
const tells = (key) => key === "sns:publish";
/** Whether an operation orders a change, of which a machine can ask whether it is done. What a function does, only its code says. */
const orders = (key) => !looks(key.split(":")[1]) && !tells(key) && key !== "lambda:invoke";

module.exports = { World, looks, orders, tells };
