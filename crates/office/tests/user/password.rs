//! Passwords: changed, never kept as a fast hash, guessed in vain.

use super::*;

#[test]
fn r_plat_003_a_password_is_changed_with_the_old_one_and_none_of_the_last_five() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        let other = sign_in(plant, "amy");
        let amy = signed(plant, "amy");
        let change = |old: &str, new: &str| {
            let fields = json!({ "oldPassword": old, "newPassword": new });
            plant.call(&amy, "user.change_password", fields)
        };
        assert_eq!(
            (code(&change("wrong", "brand new words 1")), change("wrong", "x").status()),
            ("PASSWORD_WRONG", 422)
        );
        assert_eq!(code(&change(GOOD, "short")), "PASSWORD_TOO_SHORT");
        assert_eq!(code(&change(GOOD, "qwertyuiop123")), "PASSWORD_TOO_COMMON");
        assert_eq!(code(&change(GOOD, GOOD)), "PASSWORD_REUSED");
        let mut old = GOOD.to_string();
        for n in 0..5 {
            let new = format!("brand new words {n}");
            assert_eq!(change(&old, &new).status(), 200);
            if n < 4 {
                assert_eq!(code(&change(&new, GOOD)), "PASSWORD_REUSED", "after {n}");
            }
            old = new;
        }
        assert_eq!(change(&old, GOOD).status(), 200, "the sixth from the end may come back");
        assert!(session(plant, &other).is_none(), "other sessions ended");
        let stored = count(
            plant,
            engine::sql!("select cast(count(*) as bigint) from app_user where password_hash like '$argon2id$%'"),
        );
        assert_eq!(stored, 1);
    });
}

#[test]
fn r_plat_003_no_fast_hash_of_a_password_is_kept_with_the_answer() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        let amy = signed(plant, "amy");
        let fields = json!({ "oldPassword": GOOD, "newPassword": "brand new words 1" });
        plant.run(&amy, "user.change_password", fields.clone());
        let guess = engine::seal::sha256(engine::door::canonical(&fields).as_bytes());
        let kept = plant.engine.read_blocking(false, |tx, _| {
            let sql = sql!("select fields_hash from request where command = 'user.change_password'");
            tx.all::<(String,)>(sql, engine::db::Reach::ALL, &[])
        });
        let kept = kept.unwrap();
        assert_eq!(kept.len(), 1, "the answer is kept under its key");
        assert_ne!(kept[0].0, guess, "whoever has the database can try passwords against this");
        let again = |new: &str| {
            let fields = json!({ "oldPassword": "brand new words 1", "newPassword": new });
            let envelope = Envelope { key: Some("K-1".into()), ..plant.envelope() };
            match plant.call_with(&amy, "user.change_password", fields, envelope) {
                Answer::Done { replayed, .. } => {
                    if replayed {
                        "replayed"
                    } else {
                        "done"
                    }
                }
                Answer::Refused { refusal, .. } => refusal.def.code,
            }
        };
        assert_eq!(again("brand new words 2"), "done");
        assert_eq!(again("brand new words 2"), "replayed", "the same call once more");
        assert_eq!(again("brand new words 3"), "IDEMPOTENCY_KEY_REUSED", "R-CORE-001: not what is in force");
    });
}

#[test]
fn r_plat_003_a_password_is_not_the_user_name() {
    on_both(wire, |plant| {
        let link = admin(plant, "amy.of.the.line").unwrap();
        let fields = json!({ "token": link, "password": "Amy.Of.The.Line" });
        assert_eq!(plant.code(&nobody(), "user.enrol", fields), ("PASSWORD_IS_USERNAME", 422));
    });
}

#[test]
fn r_plat_1_2_guessing_the_old_password_locks_like_signing_in() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        let amy = signed(plant, "amy");
        let guess = json!({ "oldPassword": "guess", "newPassword": "brand new words 1" });
        for _ in 0..5 {
            assert_eq!(plant.code(&amy, "user.change_password", guess.clone()), ("PASSWORD_WRONG", 422));
        }
        assert_eq!(plant.code(&amy, "user.change_password", guess), ("ACCOUNT_LOCKED", 423));
    });
}
