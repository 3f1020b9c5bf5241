"""The second factor, for a driver whose ground has people and lets an email fail four times."""
import time

from authenticator import App, FACTOR, STEP_S, code_at, enrolled
from checks import equal, expect, row, test
from people import PASSWORD, of, sign_in


def login(ground, email, **fields):
    return ground.anyone.post("/api/supervisors/login", {"email": email, "password": PASSWORD, **fields})


def email_of(person):
    return person.get("/api/supervisors/me").succeeded(200).data["supervisor"]["email"]


@test
def a_second_factor_is_asked_for_at_sign_in(ground):
    person = ground.person()
    email = email_of(person)
    with row("without it nothing changes"):
        sign_in(ground.anyone, email)
    with row("it takes the password to begin"):
        person.post(FACTOR, {"currentPassword": "wrong"}).refused(403, "SUPERVISOR_PASSWORD_MISMATCH")
        person.post(FACTOR + "/confirm", {"code": "123456"}).refused(409, "SECOND_FACTOR_NOT_ENROLLED")
        ground.tenant.admin.post(FACTOR, {"currentPassword": PASSWORD}).refused(403, "SUPERVISOR_REQUIRED")
    begun = person.post(FACTOR, {"currentPassword": PASSWORD}).succeeded(200).data
    expect(begun["otpauthUri"].startswith("otpauth://totp/WordClaw:") and begun["secret"] in begun["otpauthUri"], f"what the app reads: {begun}")
    with row("before its first code it is not asked for"):
        sign_in(ground.anyone, email)
    app = App(begun["secret"])
    person.post(FACTOR + "/confirm", {"code": "000000" if code_at(begun["secret"], int(time.time()) // STEP_S) != "000000" else "000001"}).refused(401, "SUPERVISOR_CODE_WRONG")
    first = app.code()
    recovery = person.post(FACTOR + "/confirm", {"code": first}).succeeded(200).data["recoveryCodes"]
    equal((len(recovery), len(set(recovery))), (10, 10), "recovery codes")
    expect(person.get("/api/supervisors/me").data["supervisor"]["secondFactorSince"], "it is not shown")
    person.post(FACTOR, {"currentPassword": PASSWORD}).refused(409, "SECOND_FACTOR_EXISTS")
    with row("at sign-in"):
        login(ground, email).refused(401, "SUPERVISOR_CODE_REQUIRED")
        login(ground, email, code=first).refused(401, "SUPERVISOR_CODE_WRONG")  # used up by the confirmation
        login(ground, email, code=app.code()).succeeded(200)
    with row("a wrong password says nothing of it"):
        login(ground, email, password="wrong").refused(401, "SUPERVISOR_LOGIN_FAILED")
    with row("a recovery code works once, however it is typed"):
        login(ground, email, code=" " + recovery[0].lower().replace("-", "")).succeeded(200)
        login(ground, email, code=recovery[0]).refused(401, "SUPERVISOR_CODE_WRONG")
        login(ground, email, code=recovery[1]).succeeded(200)
    with row("the database does not give it away"):
        kept = ground.system.sql(f"SELECT totp_secret FROM identity.supervisors WHERE email = '{email}'")[0][0]
        expect(app.secret not in kept, "the secret is kept as it is")
    with row("gone with the password"):
        person.post(FACTOR + "/disable", {"currentPassword": "wrong"}).refused(403, "SUPERVISOR_PASSWORD_MISMATCH")
        person.post(FACTOR + "/disable", {"currentPassword": PASSWORD}).succeeded(200)
        login(ground, email).succeeded(200)
        equal(ground.system.sql("SELECT count(*) FROM identity.recovery_codes c JOIN identity.supervisors s ON s.id = c.supervisor_id"
                                f" WHERE s.email = '{email}'")[0][0], "0", "recovery codes that are left")


@test
def codes_are_not_guessed(ground):
    person = ground.person()
    email = email_of(person)
    _, recovery, _ = enrolled(person)
    seen = [login(ground, email, code="000000").code for _ in range(6)]
    equal(seen, ["SUPERVISOR_CODE_WRONG"] * 4 + ["SUPERVISOR_LOGIN_THROTTLED"] * 2, "answers to wrong codes")
    login(ground, email, code=recovery[0]).refused(429, "SUPERVISOR_LOGIN_THROTTLED")
    person.post(FACTOR + "/disable", {"currentPassword": PASSWORD}).refused(429, "SUPERVISOR_LOGIN_THROTTLED")
    other = ground.person()
    secret = other.post(FACTOR, {"currentPassword": PASSWORD}).succeeded(200).data["secret"]
    seen = [other.post(FACTOR + "/confirm", {"code": "12345"}).code for _ in range(5)]
    equal(seen, ["SUPERVISOR_CODE_WRONG"] * 4 + ["SUPERVISOR_LOGIN_THROTTLED"], "answers to wrong first codes")
    expect(secret, "no secret")


@test
def who_has_lost_it_is_helped_by_the_platform_alone(ground):
    person = ground.person()
    me = person.get("/api/supervisors/me").succeeded(200).data["supervisor"]
    _, recovery, _ = enrolled(person)
    link = ground.system.admin().post(f"/api/supervisors/reset/{me['id']}").succeeded(201).data["token"]
    accept = lambda **fields: ground.anyone.post("/api/supervisors/invite/accept", {"token": link, "password": "quite another one", **fields})
    with row("a link for a new password is not enough"):
        accept().refused(401, "SUPERVISOR_CODE_REQUIRED")
        accept(code="123456").refused(401, "SUPERVISOR_CODE_WRONG")
        of(ground.anyone, accept(code=recovery[0]).succeeded(201)).get("/api/supervisors/me").succeeded(200)
    with row("the link is not guessed through"):
        link = ground.system.admin().post(f"/api/supervisors/reset/{me['id']}").succeeded(201).data["token"]
        equal([accept(code="123456").code for _ in range(5)], ["SUPERVISOR_CODE_WRONG"] * 4 + ["SUPERVISOR_LOGIN_THROTTLED"], "answers")
    with row("the platform takes it off"):
        ground.tenant.admin.post(f"/api/supervisors/second-factor/reset/{me['id']}").refused(403, "PLATFORM_ADMIN_REQUIRED")
        ground.system.admin().post("/api/supervisors/second-factor/reset/2000000000").refused(404, "SUPERVISOR_NOT_FOUND")
        ground.system.admin().post(f"/api/supervisors/second-factor/reset/{me['id']}").succeeded(200)
        ground.system.sql("DELETE FROM identity.login_attempts")
        ground.anyone.post("/api/supervisors/login", {"email": me["email"], "password": "quite another one"}).succeeded(200)
