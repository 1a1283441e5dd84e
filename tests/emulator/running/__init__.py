"""What AWS does by itself, and moto does not: a minute passes, alarms follow metrics, schedules and queues call functions, an API leads to
what stands behind it, a name to a Region, a machine is executed. All of it with what was deployed, in the account that was deployed to.
"""
