; netverify/goals/v1
; inputs sha256:d7b46ca6d26fd32f2d2a54ef34c2c584a4854dbc41c69e66807ba3936ee9151e
; options sha256:973baf468d7076a662fccf467f00f0f13e90f124f009b47e1c75902e05a212cd
; netverify: unsatisfiable iff no such flow is allowed: can any pod outside namespaces team in (a, b) reach namespace b
; src_place: namespace of the source: 0 (a new namespace)
; src_who: 0 not in the manifests
; src_label_0: label role: 0 absent, 1 other, 2 admin
; src_nslabel_0: namespace label team: 0 absent, 1 other, 2 a, 3 b
; dst_place: namespace of the destination: 0 b
; dst_who: 0 not in the manifests, 1 b/api[Deployment], 2 b/pg[StatefulSet]
; dst_label_0: label app: 0 absent, 1 other, 2 api, 3 pg
; on_0: NetworkPolicy b/allow-admin selects its subjects
; on_1: NetworkPolicy b/allow-api selects its subjects
; on_2: NetworkPolicy b/allow-team-a selects its subjects
; on_3: NetworkPolicy b/default-deny selects its subjects
(set-logic QF_BV)
(declare-const dst_label_0 (_ BitVec 2))
(declare-const dst_named_0 Bool)
(declare-const dst_who (_ BitVec 2))
(declare-const on_0 Bool)
(declare-const on_1 Bool)
(declare-const on_2 Bool)
(declare-const on_3 Bool)
(declare-const port (_ BitVec 16))
(declare-const prefer_existing_dst Bool)
(declare-const protocol (_ BitVec 2))
(declare-const src_label_0 (_ BitVec 2))
(declare-const src_nslabel_0 (_ BitVec 2))
(define-fun named_port_0 () Bool (or (and (= dst_who #b01) (= port #b0001111110010000)) (and (= dst_who #b00) dst_named_0)))
(define-fun ingress_networkpolicy_1 () Bool (or (not (or (and on_0 (= dst_label_0 #b11)) (and on_1 (= dst_label_0 #b11)) (and on_2 (= dst_label_0 #b10)) on_3)) (or (and (= dst_label_0 #b11) (and (= protocol #b00) (= port #b0001010100111000)) (and (= src_nslabel_0 #b10) (= src_label_0 #b10))) (and (= dst_label_0 #b10) (and (= protocol #b00) named_port_0) (= src_nslabel_0 #b10)))))
(assert (bvule src_label_0 #b10))
(assert (bvule dst_who #b10))
(assert (=> (= dst_who #b01) (= dst_label_0 #b10)))
(assert (=> (= dst_who #b10) (= dst_label_0 #b11)))
(assert (bvule protocol #b10))
(assert (=> dst_named_0 (= port #b0001111110010000)))
(assert (=> prefer_existing_dst (not (= dst_who #b00))))
(assert (not (bvule #b10 src_nslabel_0)))
(assert (or (and (= protocol #b00) (bvule #b0000000000000001 port)) (and (= protocol #b01) (bvule #b0000000000000001 port)) (and (= protocol #b10) (bvule #b0000000000000001 port))))
(assert (bvule #b0000000000000001 port))
(assert ingress_networkpolicy_1)
(assert on_0)
(assert on_1)
(assert on_2)
(assert on_3)
(check-sat)
