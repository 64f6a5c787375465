; netverify/goals/v1
; inputs sha256:d7b46ca6d26fd32f2d2a54ef34c2c584a4854dbc41c69e66807ba3936ee9151e
; options sha256:973baf468d7076a662fccf467f00f0f13e90f124f009b47e1c75902e05a212cd
; netverify: unsatisfiable iff there is no such flow, allowed or not: can somebody whom no rule speaks of reach namespace b
; src_place: namespace of the source: 0 (a new namespace), 1 (outside)
; src_who: 0 not in the manifests
; src_label_0: label app: 0 absent, 1 other
; src_label_1: label role: 0 absent, 1 other
; src_nslabel_0: namespace label team: 0 absent, 1 other
; dst_place: namespace of the destination: 0 b
; dst_who: 0 not in the manifests, 1 b/api[Deployment], 2 b/pg[StatefulSet]
(set-logic QF_BV)
(declare-const dst_who (_ BitVec 2))
(declare-const port (_ BitVec 16))
(declare-const prefer_existing_dst Bool)
(declare-const prefer_existing_src Bool)
(declare-const protocol (_ BitVec 2))
(declare-const src_label_0 (_ BitVec 1))
(declare-const src_label_1 (_ BitVec 1))
(declare-const src_nslabel_0 (_ BitVec 1))
(declare-const src_place (_ BitVec 1))
(assert (or (= src_place #b0) (= src_place #b1)))
(assert (bvule dst_who #b10))
(assert (bvule protocol #b10))
(assert (=> prefer_existing_src (= src_place #b1)))
(assert (=> prefer_existing_dst (not (= dst_who #b00))))
(assert (or (and (not (= src_place #b1)) (and (= src_place #b0) (= src_nslabel_0 #b0)) (and (not (= src_place #b1)) (= src_label_0 #b0) (= src_label_1 #b0))) (= src_place #b1)))
(assert (or (and (= protocol #b00) (or (and (bvule #b0000000000000010 port) (bvule port #b0001010100110110)) (and (bvule #b0001010100111010 port) (bvule port #b0001111110001111)) (and (bvule #b0001111110010001 port) (bvule port #b1111111111111110)))) (and (= protocol #b01) (or (and (bvule #b0000000000000010 port) (bvule port #b0001010100110110)) (and (bvule #b0001010100111010 port) (bvule port #b0001111110001111)) (and (bvule #b0001111110010001 port) (bvule port #b1111111111111110)))) (and (= protocol #b10) (or (and (bvule #b0000000000000010 port) (bvule port #b0001010100110110)) (and (bvule #b0001010100111010 port) (bvule port #b0001111110001111)) (and (bvule #b0001111110010001 port) (bvule port #b1111111111111110))))))
(assert (bvule #b0000000000000001 port))
(check-sat)
