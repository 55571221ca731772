/// An argon2id PHC string.
pub fn hash_password(password: &str) -> crate::error::Result<crate::Secret<String>> {
    let _ = password;
    todo!()
}
/// Whether `password` is the one of the PHC string; with `None` (unknown user) as slow, and false (S12).
pub fn verify_password(password: &str, phc: Option<&str>) -> bool {
    let _ = (password, phc);
    todo!()
}
