//! How pages are written down: a small constructor for each kind, and a word for each thing that may be added.

use engine::{Need, Permit};

use super::{Ask, Body, Bulk, Figure, HomePage, ListPage, Menu, Page, RecordPage, Source, Waiting};
use crate::list::{Actions, Keys};

/// Any of these permits opens a page.
pub const fn any(permits: &'static [Permit]) -> Need {
    Need::Any(permits)
}

/// A list by its name.
pub const fn list(name: &'static str, path: &'static str, permits: &'static [Permit]) -> Page {
    let shown = ListPage { list: name, row: None, create: None, import: None, topics: None, actions: &[], bulk: None };
    page_of(name, path, permits, Body::List(shown))
}

/// One thing: the question that answers it, the field that is its title, and the list it stands in.
pub const fn record(name: &'static str, path: &'static str, permits: &'static [Permit], asks: &'static [Ask]) -> Page {
    let shown = RecordPage { asks, title: "code", topic: None, crumb: ("", ""), links: &[], actions: &[] };
    page_of(name, path, permits, Body::Record(shown))
}

/// A page with a template of its own.
pub const fn page(
    name: &'static str,
    path: &'static str,
    permits: &'static [Permit],
    template: &'static str,
    asks: &'static [Ask],
) -> Page {
    page_of(name, path, permits, Body::Template(template, asks))
}

/// The home of a role.
pub const fn home(
    name: &'static str,
    path: &'static str,
    permits: &'static [Permit],
    group: &'static str,
    waiting: &'static [Waiting],
) -> Page {
    page_of(name, path, permits, Body::Home(HomePage { group, waiting, figures: &[] }))
}

const fn page_of(name: &'static str, path: &'static str, permits: &'static [Permit], body: Body) -> Page {
    let need = if permits.is_empty() { Need::Session } else { any(permits) };
    Page { name, path, need, device: "desktop", body, menu: None, under: None }
}

impl Page {
    /// Its place in the menu: group and icon.
    pub const fn menu(self, group: &'static str, icon: &'static str) -> Page {
        Page { menu: Some(Menu { group, icon }), ..self }
    }

    /// It stands in the tabs of another list instead.
    pub const fn under(self, head: &'static str) -> Page {
        Page { under: Some(head), ..self }
    }

    pub const fn on(self, device: &'static str) -> Page {
        Page { device, ..self }
    }

    /// Another list than the one of its name.
    pub const fn of(self, list: &'static str) -> Page {
        self.with_list(ListPage { list, ..self.list() })
    }

    /// Where a row of the list leads.
    pub const fn to(self, row: &'static str) -> Page {
        self.with_list(ListPage { row: Some(row), ..self.list() })
    }

    /// The command that adds to the list.
    pub const fn adds(self, command: &'static str) -> Page {
        self.with_list(ListPage { create: Some(command), ..self.list() })
    }

    /// The topics on which its rows change, where they are not those of its own name.
    pub const fn hears(self, topics: &'static str) -> Page {
        self.with_list(ListPage { topics: Some(topics), ..self.list() })
    }

    /// No event tells of its rows: it shows them as they were when it was opened.
    pub const fn still(self) -> Page {
        self.hears("")
    }

    /// The command that takes a file.
    pub const fn imports(self, command: &'static str) -> Page {
        self.with_list(ListPage { import: Some(command), ..self.list() })
    }

    /// The field that is the title of a thing, the topic on which it changes, and the page above it.
    pub const fn titled(
        self,
        title: &'static str,
        topic: Option<&'static str>,
        crumb: (&'static str, &'static str),
    ) -> Page {
        self.with_record(RecordPage { title, topic, crumb, ..self.record() })
    }

    /// Fields of a thing that lead to pages.
    pub const fn links(self, links: Keys) -> Page {
        self.with_record(RecordPage { links, ..self.record() })
    }

    /// The commands of a row or thing, and the fields it gives them.
    pub const fn acts(self, actions: Actions) -> Page {
        match self.body {
            Body::Record(shown) => self.with_record(RecordPage { actions, ..shown }),
            _ => self.with_list(ListPage { actions, ..self.list() }),
        }
    }

    /// The figures of a home.
    pub const fn figures(self, figures: &'static [Figure]) -> Page {
        match self.body {
            Body::Home(home) => Page { body: Body::Home(HomePage { figures, ..home }), ..self },
            _ => panic!("only a home has figures"),
        }
    }

    /// The command for many chosen rows.
    pub const fn chooses(self, bulk: Bulk) -> Page {
        self.with_list(ListPage { bulk: Some(bulk), ..self.list() })
    }

    const fn list(&self) -> ListPage {
        match self.body {
            Body::List(shown) => shown,
            _ => panic!("only a list has rows"),
        }
    }

    const fn record(&self) -> RecordPage {
        match self.body {
            Body::Record(shown) => shown,
            _ => panic!("only a thing has a title"),
        }
    }

    const fn with_list(self, shown: ListPage) -> Page {
        Page { body: Body::List(shown), ..self }
    }

    const fn with_record(self, shown: RecordPage) -> Page {
        Page { body: Body::Record(shown), ..self }
    }
}

/// A question whose answer the page stands on.
pub const fn ask(into: &'static str, query: &'static str, fields: &'static [(&'static str, Source)]) -> Ask {
    Ask { into, query, fields, optional: false, when: None, needs_all: false, unless: None }
}

/// A question that gives null when it is refused or finds nothing.
pub const fn maybe(into: &'static str, query: &'static str, fields: &'static [(&'static str, Source)]) -> Ask {
    Ask { optional: true, ..ask(into, query, fields) }
}

impl Ask {
    /// Asked only when the address says so.
    pub const fn when(self, name: &'static str, value: &'static str) -> Ask {
        Ask { when: Some((name, value)), ..self }
    }

    /// Asked only when another question found nothing.
    pub const fn unless(self, answer: &'static str) -> Ask {
        Ask { unless: Some(answer), ..self }
    }

    /// Asked only when the address names every field.
    pub const fn given(self) -> Ask {
        Ask { needs_all: true, ..self }
    }
}

/// Things of a list that wait: by which fields, what they are called, the sentence, their page and colour.
pub const fn waits(
    list: &'static str,
    fields: Keys,
    subject: &'static str,
    sentence: &'static str,
    page: &'static str,
    status: &'static str,
) -> Waiting {
    Waiting { list, fields, subject, sentence, page, status }
}

/// A number of a home: the question, the field of its answer, its label, the rows it counts, and its colour when it is not 0.
pub const fn figure(
    query: &'static str,
    field: &'static str,
    label: &'static str,
    page: &'static str,
    status: &'static str,
) -> Figure {
    Figure { query, field, label, page, status }
}
