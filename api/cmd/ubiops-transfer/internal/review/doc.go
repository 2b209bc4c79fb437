// Package review shows the plan of an import in a browser, to the person who decides
// about it. [New] makes a review of a [Subject]: a page of which everything comes from
// package plan. [Review.Local] serves it on this machine to whoever has a link that
// works once, and [Site] to whoever has a token, in a server. [Review.Wait] returns
// the decision and what became of it.
//
// The pages need no script. They load nothing from elsewhere, show no value of a
// variable, and take what comes from archives as text.
package review
