"use strict";
// What the machines' calls find: a small model of the services, in which an order takes its time to be carried out.
// Only what the library's actions call is here; a call that is missing fails the judge, so that a new action brings its answer along.

const { StateError } = require("./interpreter.cjs");

/** How long a global database takes to change its writer. */
const CHANGE_SECONDS = 100;

class World {
  constructor() {
    this.writer = "arn:of-the-lost-writer";
    this.change = undefined;
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
    if (this.change) this.writer = this.change.to;
    this.change = undefined;
    this.log = [];
  }

  order(given, now) {
    if (this.change && now < this.change.at) throw new StateError("Rds.InvalidGlobalClusterStateException", "a change is under way");
    this.change = { to: given.TargetDbClusterIdentifier, at: now + CHANGE_SECONDS * 1000 };
    return { GlobalCluster: globalCluster(this, given, now) };
  }
}

function globalCluster(world, given, now) {
  const under_way = world.change !== undefined && now < world.change.at;
  if (world.change && !under_way) world.writer = world.change.to;
  const others = [world.change?.to, "arn:of-another-reader"].filter((arn) => arn && arn !== world.writer);
  return {
    GlobalClusterIdentifier: given.GlobalClusterIdentifier,
    Status: under_way ? "failing-over" : "available",
    GlobalClusterMembers: [
      { DbClusterArn: world.writer, IsWriter: true, Readers: others, GlobalWriteForwardingStatus: "disabled" },
      ...others.map((arn) => ({ DbClusterArn: arn, IsWriter: false, Readers: [], GlobalWriteForwardingStatus: "disabled" })),
    ],
  };
}

const ANSWERS = {
  "rds:describeGlobalClusters": (world, given, now) => ({ GlobalClusters: [globalCluster(world, given, now)] }),
  "rds:failoverGlobalCluster": (world, given, now) => world.order(given, now),
  "rds:switchoverGlobalCluster": (world, given, now) => world.order(given, now),
  "rds:describeDBClusters": (_, given) => ({ DbClusters: [{ DbClusterIdentifier: given.DbClusterIdentifier, Status: "available" }] }),
  "dynamodb:describeTable": (_, given) => ({
    Table: { TableName: given.TableName, TableStatus: "ACTIVE", Replicas: [{ RegionName: "us-east-1", ReplicaStatus: "ACTIVE" }] },
  }),
  "s3:headBucket": () => ({ BucketRegion: "us-east-1", AccessPointAlias: false }),
  "sns:publish": () => ({ MessageId: "message" }),
};

/** Whether an operation only looks. */
const looks = (operation) => /^(describe|list|get|head|batchGet|query|scan)/.test(operation);
/** Whether an operation only tells. */
const tells = (key) => key === "sns:publish";

module.exports = { World, looks, tells };
