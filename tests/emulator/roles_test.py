"""What the emulator says of roles: a judge that allows everything would prove nothing."""

import unittest

from gaps import Gap
from roles import Role

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
VIA = {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}


def allow(**more):
    return {"Sid": "S", "Effect": "Allow", **more}


class RolesTest(unittest.TestCase):
    def test_a_request_needs_its_action_on_its_resource(self):
        role = Role([allow(Action=["dynamodb:GetItem"], Resource=[TABLE])])
        self.assertTrue(role.allows("dynamodb:GetItem", TABLE, {}))
        self.assertFalse(role.allows("dynamodb:PutItem", TABLE, {}))
        self.assertFalse(role.allows("dynamodb:GetItem", TABLE.replace("us-east-1", "us-east-2"), {}))
        self.assertFalse(role.allows("dynamodb:GetItem", TABLE + "/index/by_day", {}))

    def test_wildcards_stand_for_characters(self):
        role = Role([allow(Action="ssm:Get*", Resource="arn:aws:ssm:us-east-1:123456789012:parameter/shop-??")])
        self.assertTrue(role.allows("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/shop-ab", {}))
        self.assertFalse(role.allows("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/shop-abc", {}))
        self.assertFalse(role.allows("ssm:PutParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/shop-ab", {}))

    def test_a_condition_has_to_hold(self):
        role = Role([allow(Action="kms:Decrypt", Resource=KEY, Condition={"StringEquals": VIA})])
        self.assertTrue(role.allows("kms:Decrypt", KEY, VIA))
        self.assertFalse(role.allows("kms:Decrypt", KEY, {}))
        self.assertFalse(role.allows("kms:Decrypt", KEY, {"kms:ViaService": "s3.us-east-1.amazonaws.com"}))
        with self.assertRaises(Gap):
            Role([allow(Action="*", Resource="*", Condition={"Bool": {"a": "true"}})]).allows("kms:Decrypt", KEY, {})

    def test_what_is_denied_is_not_allowed(self):
        role = Role([allow(Action="*", Resource="*"), {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}])
        self.assertTrue(role.allows("dynamodb:GetItem", TABLE, {}))
        self.assertFalse(role.allows("kms:Decrypt", KEY, {}))

    def test_what_no_request_used_is_superfluous(self):
        other = TABLE.replace("orders", "carts")
        role = Role([allow(Action=["dynamodb:GetItem", "dynamodb:PutItem"], Resource=[TABLE, other]), allow(Sid="Trace", Action="xray:*", Resource="*")])
        role.allows("dynamodb:GetItem", TABLE, {})
        self.assertEqual(["S: dynamodb:PutItem", f"S: {other}"], list(role.superfluous()))


if __name__ == "__main__":
    unittest.main()
