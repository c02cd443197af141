// The independent check of the verifiable log: the original library of these formats reads what we wrote.
//
// Usage: check FOLDER. The folder holds a log as it is served: checkpoint, tile/…, and beside it `vkey`, `old` (an older
// checkpoint) and `leaves` (indexes to prove, one a line). Every tile, record proof and tree proof is recomputed and
// checked by golang.org/x/mod; it ends with code 1 at the first that does not hold.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var folder string

func must(err error, what string) {
	if err != nil {
		fmt.Println("refused:", what+":", err)
		os.Exit(1)
	}
}

func read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	must(err, name)
	return data
}

// open checks the signature of a checkpoint and takes it apart.
func open(name string) tlog.Tree {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read("vkey"))))
	must(err, "vkey")
	opened, err := note.Open(read(name), note.VerifierList(verifier))
	must(err, name)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		must(fmt.Errorf("%q", opened.Text), "text of the checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	hash, err := tlog.ParseHash(lines[2])
	must(err, "root "+base64.StdEncoding.EncodeToString(nil))
	return tlog.Tree{N: size, Hash: hash}
}

// tiles reads tiles of height 8; tlog.TileHashReader checks each against the tree before it is used.
type tiles struct{}

func (tiles) Height() int                       { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// x/mod writes tile/<height>/<level>/…; tlog-tiles has one height and leaves it out.
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func entries(size int64) [][]byte {
	var all [][]byte
	for at := int64(0); at < size; at += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: at / 256, W: 256}
		if size-at < 256 {
			tile.W = int(size - at)
		}
		name := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data := read(name)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all
}

func main() {
	folder = os.Args[1]
	tree, old := open("checkpoint"), open("old")
	reader := tlog.TileHashReader(tree, tiles{})
	records := entries(tree.N)
	if int64(len(records)) != tree.N {
		must(fmt.Errorf("%d of %d", len(records), tree.N), "entries")
	}
	var kept []tlog.Hash
	inMemory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, kept[index])
		}
		return found, nil
	})
	for n, record := range records {
		hashes, err := tlog.StoredHashes(int64(n), record, inMemory)
		must(err, "hashes")
		kept = append(kept, hashes...)
	}
	root, err := tlog.TreeHash(tree.N, inMemory)
	must(err, "tree hash")
	if root != tree.Hash {
		must(fmt.Errorf("%v, not %v", root, tree.Hash), "root of the entries")
	}
	for _, line := range strings.Fields(string(bytes.TrimSpace(read("leaves")))) {
		index, err := strconv.ParseInt(line, 10, 64)
		must(err, "leaves")
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		must(err, "record proof from tiles")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(records[index])), "record "+line)
		ours := strings.Fields(string(read("proof/" + line)))
		if len(ours) != len(proof) {
			must(fmt.Errorf("%d hashes, not %d", len(ours), len(proof)), "our proof of "+line)
		}
		for at, text := range ours {
			if text != proof[at].String() {
				must(fmt.Errorf("hash %d", at), "our proof of "+line)
			}
		}
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	must(err, "tree proof from tiles")
	must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), "consistency with the older checkpoint")
	ours := strings.Fields(string(read("consistency")))
	if len(ours) != len(proof) {
		must(fmt.Errorf("%d hashes, not %d", len(ours), len(proof)), "our consistency proof")
	}
	for at, text := range ours {
		if text != proof[at].String() {
			must(fmt.Errorf("hash %d", at), "our consistency proof")
		}
	}
	fmt.Println("good:", tree.N, "entries")
}
