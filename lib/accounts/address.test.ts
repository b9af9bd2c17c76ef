import { describe, expect, test } from "vitest";
import { addressIn, networkOf } from "./address";

describe("the address in", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:51234", "203.0.113.7"],
    [" 203.0.113.7 ", "203.0.113.7"],
    ['"203.0.113.7:443"', "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["[::ffff:203.0.113.7]:80", "203.0.113.7"],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["[2001:db8::1]:51234", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::1", "::1"],
    ["", "unknown"],
    ["unknown", "unknown"],
    ["_hidden", "unknown"],
    ["203.0.113.7.9", "unknown"],
    ["[evil]:80", "unknown"],
  ])("%j is %j", (text, address) => expect(addressIn(text)).toBe(address));
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:db8::1", "2001:db8::/64"],
  ["2001:db8:0:0:ffff::9", "2001:db8::/64"],
  ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["::1", "::/64"],
  ["unknown", "unknown"],
])("the network of %s is %s", (address, network) => expect(networkOf(address)).toBe(network));
