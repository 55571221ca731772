//! Whether the phones that ring will do (B10), in a sentence.

use model::Decision;

use super::Teller;

impl Teller {
    /// What was to be expected of the phones that rang already (B10).
    pub(super) fn odds(&self, record: &Decision) -> String {
        let odds = record.odds;
        if odds.stop_at == 0 {
            return String::new();
        }
        let (answer, stop_at) = (odds.answer, odds.stop_at);
        if odds.will_do() {
            return self.pick_text(
                format!(" The phones that ring will do: {answer} % to be answered, {stop_at} % is enough."),
                format!("正在振铃的话机已够：接听概率 {answer}%，达到 {stop_at}% 即不再加响。"),
            );
        }
        self.pick_text(
            format!(" The phones that ring are not enough: {answer} % to be answered, below {stop_at} %."),
            format!("正在振铃的话机不够：接听概率 {answer}%，低于 {stop_at}%。"),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::decision::Odds;

    use super::*;
    use crate::locale::Locale;

    #[test]
    fn b10_whether_the_phones_that_ring_will_do_is_told() {
        for (locale, answer, expected) in [
            (
                Locale::English,
                93,
                " The phones that ring will do: 93 % to be answered, 90 % is enough.",
            ),
            (
                Locale::English,
                89,
                " The phones that ring are not enough: 89 % to be answered, below 90 %.",
            ),
            (
                Locale::Chinese,
                90,
                "正在振铃的话机已够：接听概率 90%，达到 90% 即不再加响。",
            ),
            (
                Locale::Chinese,
                50,
                "正在振铃的话机不够：接听概率 50%，低于 90%。",
            ),
        ] {
            let stop_at = 90;
            let record = Decision {
                odds: Odds { answer, stop_at },
                ..Decision::new("support".into(), "progressive")
            };
            let names = BTreeMap::new();
            let told = Teller { locale, names }.decision(&record);
            assert!(told.contains(expected), "{told}");
        }
    }
}
