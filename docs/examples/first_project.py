"""一个项目，从备案到拨款 One project from filing to funding. LIUHEN: address; LIUHEN_TOKENS: a token by role, as JSON."""
import json, os, sys, urllib.error, urllib.request, uuid

BASE, TOKENS = os.environ["LIUHEN"], json.loads(os.environ["LIUHEN_TOKENS"])
UNIT, TEN = "113703230042123426", {"text": "10", "unit": "WAN_YUAN"}

def act(role, on, path, content):
    body = json.dumps({"happened_on": on, "act": content}).encode()
    headers = {"Authorization": f"Bearer {TOKENS[role]}", "Content-Type": "application/json", "If-Match": "*"}
    request = urllib.request.Request(f"{BASE}/v1/{path}", body, headers | {"Idempotency-Key": str(uuid.uuid4())})
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as refused:  # says which field or clause, why, and what would cure it
        sys.exit(f"{path}: {refused.read().decode()}")

act("SMART_OFFICE", "2018-10-01", "units", {"uscc": UNIT, "name": "大数据局", "kind": "COUNTY_DEPT", "division": "370323"})
filing = {"name": "一网通办平台", "owner_units": [UNIT], "division": "370323", "kind": "NEW", "categories": ["OTHER"],
          "build_mode": "STANDALONE", "estimate": TEN, "plan_item": "总体规划 3.2", "supports_city_platform": True,
          "security_planned": True}
project = "projects/" + act("OWNER_UNIT", "2019-01-05", "projects", filing)["subject"]
sharing = {"needs": [{"provider": "公安局", "resource": "户籍"}], "provides": [{"name": "办件", "share_type": "UNCONDITIONAL"}]}
act("OWNER_UNIT", "2019-01-20", f"{project}/sharing", sharing)
act("DRC", "2019-02-20", f"{project}/approval", {"document_no": "源发改〔2019〕1号", "approver": "发改局"})
system = "systems/" + act("OWNER_UNIT", "2019-03-01", f"{project}/systems", {"name": "一网通办"})["events"][1]["stream_id"]
act("OWNER_UNIT", "2019-03-10", f"{system}/level-filings", {"level": 2, "certificate_no": "37032300001-00001"})
act("OWNER_UNIT", "2019-04-20", f"{project}/security-marks", {"phase": "BUILD"})
for level in ("NETWORK", "DATA", "BUSINESS"):
    act("PLATFORM_OPERATOR", "2019-05-02", f"{system}/interconnections", {"department": "公安局", "level": level})
act("PLATFORM_OPERATOR", "2019-05-03", f"{system}/platform-supplies", {"resource": "办件", "platform_code": "ZB-1"})
test = {"report_no": "T-1", "agency": "测评公司", "certificate_no": "37032300001-00001", "level": 2, "template": "2015",
        "conclusion": "符合"}
act("TEST_AGENCY", "2019-05-04", f"{system}/security-tests", test)
risk = {"report_no": "源风评〔2019〕1号", "conclusion": "低风险"}
act("OWNER_UNIT", "2019-05-10", f"{project}/sharing/risk-assessments", risk)
act("PROJECT_AUTHORITY", "2019-06-01", f"{project}/acceptance", {})
arranged = {"purpose": "OPERATION", "year": 2020, "source": "DEPT_BUDGET", "amount": TEN}
act("FINANCE", "2020-01-10", f"{project}/funds/arrangements", arranged)
paid = act("FINANCE", "2020-03-01", f"{project}/funds/disbursements", {"arrangement": 1, "amount": TEN})
print("已拨款 paid:", paid["events"][0]["position"])
