"use strict";
// The worlds in which machines are run: a healthy one, and some that fail in one way.

const { StateError } = require("./interpreter.cjs");
const { looks, orders, tells } = require("./world.cjs");

const refused = () => new StateError("Service.InternalFailureException", "the service failed");

/** Each scenario: how answers are changed, and how a machine must end. `facts` says what kind of machine it is. */
const SCENARIOS = {
  healthy: { alter: (world) => world, ends: () => "SUCCEEDED" },
  "every question fails once": {
    alter: (world) => {
      const failed = new Set();
      return (service, operation, given, now) => {
        const key = `${service}:${operation}`;
        if (looks(operation) && !failed.has(key)) {
          failed.add(key);
          throw refused();
        }
        return world(service, operation, given, now);
      };
    },
    ends: () => "SUCCEEDED",
  },
  "every question fails": {
    alter: (world) => (service, operation, given, now) => {
      if (looks(operation)) throw refused();
      return world(service, operation, given, now);
    },
    ends: (facts) => (facts.looks ? "FAILED" : "SUCCEEDED"),
  },
  "every answer is empty": {
    alter: (world) => (service, operation, given, now) => (looks(operation) ? { value: {} } : world(service, operation, given, now)),
    ends: (facts) => (facts.looks ? "FAILED" : "SUCCEEDED"),
  },
  "every order is refused": {
    alter: (world) => (service, operation, given, now) => {
      if (orders(`${service}:${operation}`)) throw refused();
      return world(service, operation, given, now);
    },
    ends: (facts) => (facts.orders ? "FAILED" : "SUCCEEDED"),
  },
  "no order is carried out": {
    alter: (world) => (service, operation, given, now) =>
      orders(`${service}:${operation}`) ? { value: {} } : world(service, operation, given, now),
    ends: (facts) => (facts.orders ? "FAILED" : "SUCCEEDED"),
  },
  "nothing answers": {
    alter: () => () => ({ value: {}, seconds: Infinity }),
    ends: (facts) => (facts.looks || facts.orders ? "FAILED" : undefined),
  },
  "nobody can be told": {
    alter: (world) => (service, operation, given, now) => {
      if (tells(`${service}:${operation}`)) throw refused();
      return world(service, operation, given, now);
    },
    ends: () => undefined,
  },
};

module.exports = { SCENARIOS };
