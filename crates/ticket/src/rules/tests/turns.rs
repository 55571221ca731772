//! Who of a group gets what comes, and who approves (C2, C6, C11).

use super::*;

fn member(weight: u16) -> Member {
    Member {
        weight,
        ..Member::default()
    }
}

fn people(members: &[(u64, Member)]) -> Group {
    let members = members.iter().cloned();
    Group {
        members: members.map(|(id, one)| (AgentId::new(id), one)).collect(),
        ..Group::default()
    }
}

fn turns(group: &Group, turns: &mut Turns, count: usize) -> Vec<u64> {
    let next = (0..count).filter_map(|_| turns.next(group));
    next.map(AgentId::get).collect()
}

#[test]
fn c2_turns_are_even_by_weight_and_smooth() {
    let group = people(&[
        (1, member(5)),
        (2, member(1)),
        (3, member(1)),
        (4, member(0)),
    ]);
    let mut state = Turns::default();
    let round = turns(&group, &mut state, 7);
    assert_eq!(round, [1, 1, 2, 1, 3, 1, 1]);
    assert_eq!(turns(&group, &mut state, 7), round, "and again");
}

#[test]
fn c2_who_is_away_or_full_is_passed_over_and_owed_nothing() {
    let mut group = people(&[(1, member(1)), (2, member(1)), (3, member(1))]);
    let mut state = Turns::default();
    group.members.get_mut(&AgentId::new(1)).unwrap().is_absent = true;
    let full = group.members.get_mut(&AgentId::new(3)).unwrap();
    (full.has, full.takes) = (2, 2);
    assert_eq!(turns(&group, &mut state, 3), [2, 2, 2]);
    group.members.get_mut(&AgentId::new(1)).unwrap().is_absent = false;
    assert_eq!(
        turns(&group, &mut state, 4),
        [1, 2, 1, 2],
        "no flood at his return"
    );
    let nobody = people(&[(9, member(0))]);
    assert_eq!(state.next(&nobody), None);
    assert!(state.0.is_empty(), "who left is forgotten");
}

#[test]
fn c2_of_those_whose_turn_it_is_the_one_who_has_less() {
    let mut group = people(&[(1, member(1)), (2, member(1))]);
    group.members.get_mut(&AgentId::new(1)).unwrap().has = 4;
    assert_eq!(turns(&group, &mut Turns::default(), 2), [2, 1]);
}

#[test]
fn c6_the_receiver_gets_what_comes_or_who_stands_in_for_him() {
    let mut rules = house();
    let receiver = Member {
        receives: true,
        stand_in: Some(AgentId::new(2)),
        ..Member::default()
    };
    let mut group = people(&[(1, receiver), (2, Member::default())]);
    let gets = |rules: &Rules, group: &Group| {
        let agent = rules.receiver("front", group, &mut Turns::default());
        agent.map(AgentId::get)
    };
    assert_eq!(gets(&rules, &group), None, "whoever takes it first");
    rules.groups.get_mut("front").unwrap().hands_out = HandsOut::Receiver;
    assert_eq!(gets(&rules, &group), Some(1));
    group.members.get_mut(&AgentId::new(1)).unwrap().is_absent = true;
    assert_eq!(gets(&rules, &group), Some(2));
    group.members.get_mut(&AgentId::new(2)).unwrap().is_absent = true;
    assert_eq!(gets(&rules, &group), None);
}

#[test]
fn c11_the_steps_of_an_approval_are_people_of_groups() {
    let mut kind = Rules::default().standard;
    kind.approval = vec![
        Approvers::LeadsOf("front".to_owned()),
        Approvers::Group("front".to_owned()),
    ];
    let lead = Member {
        leads: true,
        ..Member::default()
    };
    let people = people(&[(1, lead), (2, Member::default())]).members;
    let groups = house().groups([("front".to_owned(), people)].into());
    let policy = kind.policy(&groups);
    let steps: Vec<Vec<u64>> = policy
        .approval
        .iter()
        .map(|step| step.iter().map(|id| id.get()).collect())
        .collect();
    assert_eq!(steps, [vec![1], vec![1, 2]]);
    assert!(
        groups["beijing"].members.is_empty()
            && groups["beijing"].parent.as_deref() == Some("field")
    );
}
