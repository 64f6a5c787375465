; netverify/goals/v1
; inputs sha256:d7b46ca6d26fd32f2d2a54ef34c2c584a4854dbc41c69e66807ba3936ee9151e
; options sha256:973baf468d7076a662fccf467f00f0f13e90f124f009b47e1c75902e05a212cd
; netverify: unsatisfiable iff no such flow is allowed: can internet reach namespace b
; src_place: namespace of the source: 0 (outside)
; src_who: 0 not in the manifests
; dst_place: namespace of the destination: 0 b
; dst_who: 0 not in the manifests, 1 b/api[Deployment], 2 b/pg[StatefulSet]
; dst_label_0: label app: 0 absent, 1 other, 2 api, 3 pg
; addresses: 0 0.0.0.0-0.255.255.255, 1 1.0.0.0-9.255.255.255, 2 10.0.0.0-10.255.255.255, 3 11.0.0.0-100.63.255.255, 4 100.64.0.0-100.127.255.255, 5 100.128.0.0-126.255.255.255, 6 127.0.0.0-127.255.255.255, 7 128.0.0.0-169.253.255.255, 8 169.254.0.0-169.254.255.255, 9 169.255.0.0-172.15.255.255, 10 172.16.0.0-172.31.255.255, 11 172.32.0.0-191.255.255.255, 12 192.0.0.0-192.0.0.8, 13 192.0.0.9-192.0.0.10, 14 192.0.0.11-192.0.0.255, 15 192.0.1.0-192.0.1.255, 16 192.0.2.0-192.0.2.255, 17 192.0.3.0-192.167.255.255, 18 192.168.0.0-192.168.255.255, 19 192.169.0.0-198.17.255.255, 20 198.18.0.0-198.19.255.255, 21 198.20.0.0-198.51.99.255, 22 198.51.100.0-198.51.100.255, 23 198.51.101.0-203.0.112.255, 24 203.0.113.0-203.0.113.255, 25 203.0.114.0-223.255.255.255, 26 224.0.0.0-255.255.255.255, 27 ::-64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff, 28 64:ff9b::-64:ff9b::ffff:ffff, 29 64:ff9b::1:0:0-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 30 2000::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff, 31 2001:1::, 32 2001:1::1-2001:1::3, 33 2001:1::4-2001:2:ffff:ffff:ffff:ffff:ffff:ffff, 34 2001:3::-2001:3:ffff:ffff:ffff:ffff:ffff:ffff, 35 2001:4::-2001:4:111:ffff:ffff:ffff:ffff:ffff, 36 2001:4:112::-2001:4:112:ffff:ffff:ffff:ffff:ffff, 37 2001:4:113::-2001:f:ffff:ffff:ffff:ffff:ffff:ffff, 38 2001:10::-2001:3f:ffff:ffff:ffff:ffff:ffff:ffff, 39 2001:40::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff, ...
; on_0: NetworkPolicy b/allow-admin selects its subjects
; on_1: NetworkPolicy b/allow-api selects its subjects
; on_2: NetworkPolicy b/allow-team-a selects its subjects
; on_3: NetworkPolicy b/default-deny selects its subjects
(set-logic QF_BV)
(declare-const dst_address (_ BitVec 6))
(declare-const dst_label_0 (_ BitVec 2))
(declare-const dst_who (_ BitVec 2))
(declare-const on_0 Bool)
(declare-const on_1 Bool)
(declare-const on_2 Bool)
(declare-const on_3 Bool)
(declare-const port (_ BitVec 16))
(declare-const prefer_existing_dst Bool)
(declare-const protocol (_ BitVec 2))
(declare-const src_address (_ BitVec 6))
(define-fun address_0 () Bool (or (= src_address #b000001) (= src_address #b000011) (= src_address #b000101) (= src_address #b000111) (= src_address #b001001) (= src_address #b001011) (= src_address #b001101) (= src_address #b001111) (= src_address #b010001) (= src_address #b010011) (= src_address #b010101) (= src_address #b010111) (= src_address #b011001) (= src_address #b011100) (= src_address #b011110) (= src_address #b100000) (= src_address #b100010) (= src_address #b100100) (= src_address #b100110) (= src_address #b101000) (= src_address #b101010) (= src_address #b101100)))
(define-fun ingress_networkpolicy_1 () Bool (not (or (and on_0 (= dst_label_0 #b11)) (and on_1 (= dst_label_0 #b11)) (and on_2 (= dst_label_0 #b10)) on_3)))
(assert (bvule src_address #b101101))
(assert (or (and (bvule #b000001 src_address) (bvule src_address #b000101)) (bvule #b000111 src_address)))
(assert (bvule dst_who #b10))
(assert (bvule dst_address #b101101))
(assert (=> (= dst_who #b00) (or (and (bvule #b000001 dst_address) (bvule dst_address #b000101)) (bvule #b000111 dst_address))))
(assert (=> (= dst_who #b01) (and (= dst_label_0 #b10) (or (and (bvule #b000001 dst_address) (bvule dst_address #b000101)) (bvule #b000111 dst_address)))))
(assert (=> (= dst_who #b10) (and (= dst_label_0 #b11) (or (and (bvule #b000001 dst_address) (bvule dst_address #b000101)) (bvule #b000111 dst_address)))))
(assert (bvule protocol #b10))
(assert (= (bvule src_address #b011010) (bvule dst_address #b011010)))
(assert (not (and (= src_address #b011111) (= dst_address #b011111))))
(assert (=> prefer_existing_dst (not (= dst_who #b00))))
(assert address_0)
(assert (or (and (= protocol #b00) (bvule #b0000000000000001 port)) (and (= protocol #b01) (bvule #b0000000000000001 port)) (and (= protocol #b10) (bvule #b0000000000000001 port))))
(assert (bvule #b0000000000000001 port))
(assert ingress_networkpolicy_1)
(assert on_0)
(assert on_1)
(assert on_2)
(assert on_3)
(check-sat)
