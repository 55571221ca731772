//! Regions (区域路由): which queues look after callers whose numbers begin so (A12).
//!
//! All regions that fit count: a caller stands in the queues of each of them, in the order of the file, so that groups are
//! merged and none is preferred by accident. A withheld number fits none (A9), and where none fits the call goes on as if
//! there were no regions. Only what says `by_region` asks them.

use model::{Caller, NumberPlan, QueueSet, RegionName};

/// One region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name.
    pub name: RegionName,
    /// E.164 prefixes: `+8610` ([`NumberPlan::prefix`]).
    pub prefixes: Vec<String>,
    /// Who looks after its callers.
    pub queues: QueueSet,
}

/// All regions, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions(Vec<Region>);

/// What fits a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionFit {
    /// The regions, in the order of the file.
    pub regions: Vec<RegionName>,
    /// Their queues, each once; the first is home.
    pub queues: QueueSet,
}

impl Regions {
    /// These, in this order.
    pub const fn new(regions: Vec<Region>) -> Self {
        Self(regions)
    }

    /// What fits a caller, if anything does. National numbers are read by `plan`.
    pub fn fit(&self, plan: &NumberPlan, caller: &Caller) -> Option<RegionFit> {
        let number = plan.key(caller.number.as_deref()?).e164?;
        let begins = |prefix: &String| number.as_str().starts_with(prefix.as_str());
        let fitting = self.0.iter().filter(|one| one.prefixes.iter().any(begins));
        let fitting: Vec<&Region> = fitting.collect();
        let queues = fitting
            .iter()
            .flat_map(|region| region.queues.iter().cloned());
        Some(RegionFit {
            queues: QueueSet::of(queues)?,
            regions: fitting.iter().map(|region| region.name.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use model::QueueName;

    use super::*;

    fn region(name: &str, prefixes: &[&str], queues: &[&str]) -> Region {
        let plan = NumberPlan::new("CN").unwrap();
        let queues = queues.iter().map(|name| QueueName::from(*name));
        Region {
            name: name.into(),
            prefixes: prefixes
                .iter()
                .map(|raw| plan.prefix(raw).unwrap())
                .collect(),
            queues: QueueSet::of(queues).unwrap(),
        }
    }

    #[test]
    fn a12_all_that_fit_count_in_the_order_of_the_file_and_queues_once() {
        let regions = Regions::new(vec![
            region("north", &["010", "0311"], &["north", "night"]),
            region("china", &["+86"], &["night", "house"]),
            region("london", &["+4420"], &["abroad"]),
        ]);
        let plan = NumberPlan::new("CN").unwrap();
        let fit = |caller: &Caller| {
            regions.fit(&plan, caller).map(|fit| {
                let regions: Vec<_> = fit.regions.iter().map(RegionName::as_str).collect();
                let queues: Vec<_> = fit.queues.iter().map(QueueName::as_str).collect();
                (regions.join(" "), queues.join(" "))
            })
        };
        for (number, fits, stands_in) in [
            ("01065529988", "north china", "north night house"),
            ("+861065529988", "north china", "north night house"),
            ("+8631186000000", "north china", "north night house"),
            ("13800001111", "china", "night house"),
            ("+442079460000", "london", "abroad"),
        ] {
            let expected = Some((fits.to_owned(), stands_in.to_owned()));
            assert_eq!(fit(&Caller::new(number, None)), expected, "{number}");
        }
        // An extension, a short code, a name, another country.
        for number in ["1001", "10086", "alice", "+12025550100"] {
            assert_eq!(fit(&Caller::new(number, None)), None, "{number}");
        }
        assert_eq!(fit(&Caller::withheld()), None, "A9");
    }
}
