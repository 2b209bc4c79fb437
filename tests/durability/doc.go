// Package durability kills, stops, starves and loads the real command, and looks
// at what is left of the data.
//
// The ordinary tests are the short forms. KILLS=100 is the number of times that
// the server is killed, SEED=n repeats a run, and UPLOAD=1GiB is the size of each
// of the twenty uploads.
package durability
