from table_copilot_jupyter.grants import Grants


def test_a_minted_token_stands_for_its_kernel():
    grants = Grants()
    token = grants.mint("kernel-1")
    assert token.startswith("tc_")
    assert grants.check(token).kernel_id == "kernel-1"


def test_other_tokens_stand_for_nothing():
    grants = Grants()
    token = grants.mint("kernel-1")
    for wrong in ("", "tc_", token[:-1], token + "x", token.upper(), "tc_\udcff"):
        assert grants.check(wrong) is None


def test_kernels_have_tokens_of_their_own():
    grants = Grants()
    first, second = grants.mint("kernel-1"), grants.mint("kernel-2")
    assert first != second
    assert (grants.check(first).kernel_id, grants.check(second).kernel_id) == ("kernel-1", "kernel-2")


def test_minting_again_ends_the_token_before():
    grants = Grants()
    before = grants.mint("kernel-1")
    old = grants.check(before)
    after = grants.mint("kernel-1")
    assert grants.check(before) is None
    assert old.revoked
    assert grants.check(after) is not None
    assert len(grants) == 1


def test_revoking_ends_one_kernels_token_only():
    grants = Grants()
    first, second = grants.mint("kernel-1"), grants.mint("kernel-2")
    grants.revoke("kernel-1")
    grants.revoke("a kernel without a grant")
    assert grants.check(first) is None
    assert grants.check(second) is not None


def test_whoever_registered_hears_of_the_end_once():
    grants = Grants()
    heard = []
    grant = grants.check(grants.mint("kernel-1"))
    grant.on_revoked(lambda: heard.append("stays"))
    take_back = grant.on_revoked(lambda: heard.append("left"))
    take_back()
    take_back()
    grants.revoke("kernel-1")
    grants.revoke("kernel-1")
    assert heard == ["stays"]


def test_registering_after_the_end_hears_of_it_at_once():
    grants = Grants()
    grant = grants.check(grants.mint("kernel-1"))
    grants.revoke("kernel-1")
    heard = []
    grant.on_revoked(lambda: heard.append("late"))()
    assert heard == ["late"]


def test_no_token_is_kept_in_the_clear():
    grants = Grants()
    token = grants.mint("kernel-1")
    assert token not in repr(vars(grants))
    assert token not in repr(vars(grants.check(token)))
