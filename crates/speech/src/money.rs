//! Amounts in the currencies of ISO 4217: a row for each that can be said, with the names of its coins.

use crate::Unsayable;
use crate::saying::sayable;
use crate::spoken::Word;

/// An amount; a negative one is said with its minus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Money {
    /// In the smallest unit (ISO 4217): fen, cents; yen, which have none.
    pub minor: i64,
    /// Of what.
    pub currency: &'static Currency,
}

/// A currency that can be said.
#[derive(Debug, PartialEq, Eq)]
pub struct Currency {
    /// `CNY`
    pub code: &'static str,
    /// Digits of the smallest unit (ISO 4217): 2 where a hundred of them are one, 0 where there is none.
    pub places: u8,
    pub(crate) chinese: ChineseCoins,
    pub(crate) english: EnglishCoins,
}

/// 元、角、分. A tenth is told where people count in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ChineseCoins {
    pub(crate) whole: Word,
    pub(crate) tenth: Option<Word>,
    pub(crate) minor: Option<Word>,
}

/// One dollar, two dollars; one cent, two cents.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EnglishCoins {
    pub(crate) whole: [Word; 2],
    pub(crate) minor: Option<[Word; 2]>,
}

impl Currency {
    /// By its code: `CNY`.
    pub fn of(code: &str) -> Result<&'static Self, Unsayable> {
        let found = CURRENCIES.iter().find(|currency| currency.code == code);
        found.ok_or_else(|| Unsayable::NoCurrency(code.chars().take(10).collect()))
    }
}

impl Money {
    /// Whole units and what is left in the smallest, without the sign.
    pub(crate) fn parts(&self) -> Result<(u64, u64), Unsayable> {
        let one = 10_u64.pow(self.currency.places.into());
        let size = self.minor.unsigned_abs();
        let whole = i64::try_from(size / one).map_err(|_| Unsayable::TooLarge)?;
        Ok((sayable(whole)?, size % one))
    }
}

const JIAO: Word = Word::new("money_jiao", "角");
const FEN: Word = Word::new("money_fen", "分");
const CENTS: [Word; 2] = [
    Word::new("money_cent", "cent"),
    Word::new("money_cents", "cents"),
];
const YUAN_EN: Word = Word::new("money_cny", "yuan");
const FEN_EN: Word = Word::new("money_fen", "fen");
const YEN_EN: Word = Word::new("money_jpy", "yen");
const WON_EN: Word = Word::new("money_krw", "won");

/// All currencies that can be said.
pub static CURRENCIES: &[Currency] = &[
    Currency {
        code: "CNY",
        places: 2,
        chinese: coins(Word::new("money_cny", "元"), Some(JIAO), FEN),
        english: pair([YUAN_EN; 2], [FEN_EN; 2]),
    },
    Currency {
        code: "USD",
        places: 2,
        chinese: coins(
            Word::new("money_usd", "美元"),
            None,
            Word::new("money_us_cents", "美分"),
        ),
        english: pair(
            [
                Word::new("money_usd_one", "dollar"),
                Word::new("money_usd", "dollars"),
            ],
            CENTS,
        ),
    },
    Currency {
        code: "EUR",
        places: 2,
        chinese: coins(
            Word::new("money_eur", "欧元"),
            None,
            Word::new("money_euro_cents", "欧分"),
        ),
        english: pair(
            [
                Word::new("money_eur_one", "euro"),
                Word::new("money_eur", "euros"),
            ],
            CENTS,
        ),
    },
    Currency {
        code: "GBP",
        places: 2,
        chinese: coins(
            Word::new("money_gbp", "英镑"),
            None,
            Word::new("money_pence", "便士"),
        ),
        english: pair(
            [
                Word::new("money_gbp_one", "pound"),
                Word::new("money_gbp", "pounds"),
            ],
            [
                Word::new("money_penny", "penny"),
                Word::new("money_pence", "pence"),
            ],
        ),
    },
    Currency {
        code: "HKD",
        places: 2,
        chinese: coins(Word::new("money_hkd", "港元"), Some(JIAO), FEN),
        english: pair(
            [
                Word::new("money_hkd_one", "Hong Kong dollar"),
                Word::new("money_hkd", "Hong Kong dollars"),
            ],
            CENTS,
        ),
    },
    Currency {
        code: "SGD",
        places: 2,
        chinese: coins(Word::new("money_sgd", "新加坡元"), Some(JIAO), FEN),
        english: pair(
            [
                Word::new("money_sgd_one", "Singapore dollar"),
                Word::new("money_sgd", "Singapore dollars"),
            ],
            CENTS,
        ),
    },
    Currency {
        code: "AUD",
        places: 2,
        chinese: coins(
            Word::new("money_aud", "澳元"),
            None,
            Word::new("money_au_cents", "澳分"),
        ),
        english: pair(
            [
                Word::new("money_aud_one", "Australian dollar"),
                Word::new("money_aud", "Australian dollars"),
            ],
            CENTS,
        ),
    },
    Currency {
        code: "JPY",
        places: 0,
        chinese: whole(Word::new("money_jpy", "日元")),
        english: EnglishCoins {
            whole: [YEN_EN; 2],
            minor: None,
        },
    },
    Currency {
        code: "KRW",
        places: 0,
        chinese: whole(Word::new("money_krw", "韩元")),
        english: EnglishCoins {
            whole: [WON_EN; 2],
            minor: None,
        },
    },
    // A thousandth is the smallest coin here: places are never taken to be two.
    Currency {
        code: "KWD",
        places: 3,
        chinese: coins(
            Word::new("money_kwd", "科威特第纳尔"),
            None,
            Word::new("money_fils", "费尔"),
        ),
        english: pair(
            [
                Word::new("money_kwd_one", "Kuwaiti dinar"),
                Word::new("money_kwd", "Kuwaiti dinars"),
            ],
            [Word::new("money_fils", "fils"); 2],
        ),
    },
];

const fn coins(whole: Word, tenth: Option<Word>, minor: Word) -> ChineseCoins {
    let minor = Some(minor);
    ChineseCoins {
        whole,
        tenth,
        minor,
    }
}

const fn whole(whole: Word) -> ChineseCoins {
    ChineseCoins {
        whole,
        tenth: None,
        minor: None,
    }
}

const fn pair(whole: [Word; 2], minor: [Word; 2]) -> EnglishCoins {
    EnglishCoins {
        whole,
        minor: Some(minor),
    }
}
